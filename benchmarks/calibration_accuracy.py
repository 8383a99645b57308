"""Lenses recovered from rendered boards against the true ones: `python -m benchmarks.calibration_accuracy`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import tyro
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from diffpol_ros.calibrate.board import Board, load_board
from diffpol_ros.calibrate.lens import calibrate_lens
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.rehearsal import good_views
from diffpol_ros.calibrate.writer import lens_change_px
from diffpol_ros.cli.calibrate.rehearse_run import made_up_camera, photographed
from diffpol_ros.core.types import Array
from diffpol_ros.twin.board_camera import Exposure

SIZES = ((640, 480), (1280, 720))
FIELDS_DEG = (60.0, 90.0)
BLURS_PX, NOISES = (0.5, 1.0), (1.0, 4.0)
TARGET_PERCENT = 0.2
WIDTH = 120
HEADINGS = ("fx [%]", "fy [%]", "cx [px]", "cy [px]", "anywhere [px]", "residual [px]", "error / its deviation")


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    count: int = 20
    """Random cameras for each board."""
    views: int = 20
    """Images of each camera."""
    boards: tuple[str, ...] = ("charuco", "tags")
    """Names or files in calibration/boards."""
    seed: int = 0
    """Of everything random."""


def main(options: Options) -> int:
    """Measure and print; return 1 if a focal length misses the target in more than one case of twenty."""
    cv2.setNumThreads(1)
    console, worst = Console(highlight=False, width=WIDTH), 0.0
    for name in options.boards:
        rows, refusals = measured(load_board(name), options)
        title = f"{name}: {len(rows)} cameras of {FIELDS_DEG[0]:.0f} to {FIELDS_DEG[1]:.0f} degrees"
        _print(console, f"{title}, {options.views} images each, {len(refusals)} refused", rows)
        for refusal in refusals:
            console.print(f"  refused: {refusal}")
        worst = max(worst, float(np.percentile(rows[:, :2], 95)))
    console.print(f"95th percentile of the focal lengths' errors: {worst:.3f} %, wanted {TARGET_PERCENT} %")
    return int(worst > TARGET_PERCENT)


def measured(board: Board, options: Options) -> tuple[Array, Sequence[str]]:
    """Return absolute errors (n, 7) as in HEADINGS, and what was refused."""
    rows, refusals = [], []
    for seed in tqdm(range(options.count), desc=board.settings.name, leave=False):
        rng = np.random.default_rng([options.seed, seed])
        camera = made_up_camera("random", SIZES[seed % 2], rng.uniform(*FIELDS_DEG), rng)
        exposure = Exposure(blur=rng.uniform(*BLURS_PX), noise=rng.uniform(*NOISES), shading=rng.uniform(0.0, 0.4))
        captures = photographed(camera, board, good_views(camera, board, options.views, rng), rng, exposure)
        try:
            found = calibrate_lens(captures, board)
        except Refusal as refusal:
            refusals.append(str(refusal))
            continue
        lens = found.camera
        misses = np.abs([lens.fx - camera.fx, lens.fy - camera.fy, lens.cx - camera.cx, lens.cy - camera.cy])
        shares = 100.0 * misses[:2] / [camera.fx, camera.fy]
        honest = np.sqrt(np.mean((misses / found.deviations[:4]) ** 2))
        rows.append([*shares, *misses[2:], lens_change_px(camera, lens), found.residual_px, honest])
    return np.array(rows).reshape(-1, len(HEADINGS)), refusals


def _print(console: Console, title: str, rows: Array) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", pad_edge=False)
    for heading in ("", *HEADINGS):
        table.add_column(heading, justify="right" if heading else "left")
    for name, values in _lines(rows):
        table.add_row(name, *(f"{value:.3f}" for value in values))
    console.print(table, markup=False)


def _lines(rows: Array) -> Iterator[tuple[str, Array]]:
    for share in (50, 95, 100):
        yield {50: "median", 95: "95th percentile", 100: "worst"}[share], np.percentile(rows, share, axis=0)


if __name__ == "__main__":
    raise SystemExit(main(tyro.cli(Options)))
