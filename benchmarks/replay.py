"""How fast a bag is run again, how much of it is the same bit by bit, and whether the smallest changes are noticed.

`python -m benchmarks.replay BAG`; without a bag, that of the tests. Each stage runs in a process of its own. Changes
are made to copies: one bit of a weight, a tenth of a millimetre of a camera, a millisecond of a stamp.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from benchmarks.replay_alone import Alone, found, replay_alone
from benchmarks.replay_detection import Subject
from diffpol_ros.cli.replay import STAGES
from diffpol_ros.cli.replay_run import find_bag

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "reenact" / "golden" / "bag"
HEADINGS = ("decisions", "the same", "not judged", "bag [s]", "replay [s]", "times faster", "peak [MB]")


@dataclass(frozen=True)
class Arguments:
    """Which bag, and how much is tried on it."""

    bag: Annotated[Path, tyro.conf.Positional] = GOLDEN
    """A results folder, a bag's folder, or its file."""
    detect: bool = True
    """Try whether changes are noticed, too."""
    weights: int = 3
    """How many weights of the network have a bit turned, for each of three bits."""
    seed: int = 0
    """Of the choice of these weights."""


def print_speed(stages: dict[str, Alone]) -> None:
    """Print how each stage was run again."""
    print(f"  {'':12}" + "".join(f"{heading:>14}" for heading in HEADINGS))
    for stage, alone in stages.items():
        print(f"  {stage:12}" + (_row(alone) if alone.result else f" {alone.refusal}"))
        for told in (*alone.result.complaints, *alone.result.notes) if alone.result else ():
            print(f"  {'':12} {told}")


def print_detection(subject: Subject, before: dict[str, Alone], weights: int, seed: int) -> None:
    """Print for each change whether, and how, it was noticed."""
    for tried in subject.changes(weights, seed):
        told = found(before[tried.stage], replay_alone(tried.stage, tried.bag, tried.options), subject.begun_ns)
        print(f"  {tried.change}, by {tried.stage}: {told or 'nothing found'}", flush=True)


def main(arguments: Arguments) -> None:
    """Measure and print."""
    bag = find_bag(arguments.bag)
    before = {stage: replay_alone(stage, bag) for stage in STAGES}
    print(bag)
    print_speed(before)
    if arguments.detect:
        print("\nwhat is noticed of it")
        print_detection(Subject(bag), before, arguments.weights, arguments.seed)


def _row(alone: Alone) -> str:
    result = alone.result
    assert result is not None
    texts = (
        *(str(result.decisions), f"{100.0 * result.equal / result.decisions:.6g} %", str(result.not_judged)),
        *(f"{result.span_s:.1f}", f"{result.took_s:.1f}", f"{result.speed:.1f}", f"{1e-6 * alone.peak_bytes:.0f}"),
    )
    return "".join(f"{text:>14}" for text in texts)


if __name__ == "__main__":
    main(tyro.cli(Arguments))
