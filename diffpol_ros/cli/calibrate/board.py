"""`diffpol calibrate board`: a calibration board as a file that prints true to scale."""

from dataclasses import dataclass
from pathlib import Path

import tyro


@dataclass(frozen=True)
class PrintBoard:
    """Write a board for printing, true to scale; the suffix of the file says how (PDF or PNG)."""

    name: tyro.conf.Positional[str] = "charuco"
    """The board: a name in calibration/boards, or a file."""
    output: Path | None = None
    """File to write; default: results/board-<name>.pdf."""
    dpi: int = 600
    """Dots per inch of the picture."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.calibrate.board import load_board
        from diffpol_ros.calibrate.printing import write_print

        board = load_board(self.name)
        path = write_print(board, self.output or Path("results") / f"board-{board.settings.name}.pdf", self.dpi)
        print(f"print at 100 %, without fitting to the page: {path}")
        print("then measure it, and write what you measured into the board's file (size)")
        return 0
