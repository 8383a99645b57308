"""Where an object is, by its tags in rendered images, against where it is: as others do it, averaged, and ours.

`python -m benchmarks.estimation_accuracy --poses 500` is the full campaign, on the shipped block; `--tag 0.0195` asks
for tags as small as FurnitureBench's, `--width 1280 --height 720 --focal 910` for a larger image. `--ways ours
--frames 1 --poses 2500` is a count of flips: many scenes, and nothing that the count does not need.
"""

import csv
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import cv2
import tyro

from benchmarks.estimation_picture import write_picture
from benchmarks.estimation_scenes import Setup, Studio, block_model
from benchmarks.estimation_tables import print_by_view, print_errors, print_honesty, print_targets
from benchmarks.estimation_ways import OURS, WAYS, Bare, Score, look, scores
from diffpol_ros.estimation.detection.detector import DetectorSettings
from diffpol_ros.estimation.detection.detectors import open_detector

RESULTS = Path(__file__).resolve().parent.parent / "results"


@dataclass(frozen=True)
class Arguments:
    """How much to measure, and of what."""

    poses: int = 100
    """Number of random scenes, each with two cameras."""
    first: int = 0
    """Seed of the first scene."""
    name: str = "estimation_accuracy"
    """Of the picture and the table of all scores in results/."""
    library: str = DetectorSettings().library
    """Who searches for our ways: pupil or opencv."""
    refine: str = DetectorSettings().refine
    """What tells the corners to our ways: pattern, edges or none."""
    ways: Literal["all", "ours"] = "all"
    """What is measured: also what others do, or ours alone."""
    processes: int = 1
    """That share the scenes."""
    setup: tyro.conf.OmitArgPrefixes[Setup] = dataclasses.field(default_factory=Setup)
    """Tags, image and rendering."""


def measure(arguments: Arguments) -> list[Score]:
    """Return the score of every way in every scene."""
    seeds = range(arguments.first, arguments.first + arguments.poses)
    parts = [seeds[number :: arguments.processes] for number in range(arguments.processes)]
    # Forked children would share what the graphics have open.
    with get_context("spawn").Pool(arguments.processes) as pool:
        return [score for part in pool.map(partial(_measure, arguments), parts) for score in part]


def _measure(arguments: Arguments, seeds: range) -> list[Score]:
    cv2.setNumThreads(1)
    studio, model = Studio(arguments.setup), block_model(arguments.setup)
    # Without regions: the next image is another camera's.
    detector = open_detector(DetectorSettings(library=arguments.library, refine=arguments.refine, regions=False))
    ways, bare = (WAYS, Bare(model)) if arguments.ways == "all" else ((OURS,), None)
    results: list[Score] = []
    for shot in studio.shots(seeds):
        results += scores(shot, model, look(shot, model, detector, bare), ways)
    studio.close()
    detector.close()
    return results


def write_scores(results: Sequence[Score], path: Path) -> None:
    """Write every score as a line of a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in dataclasses.fields(Score)])
        writer.writerows(dataclasses.astuple(score) for score in results)


def _introduce(arguments: Arguments) -> None:
    setup = arguments.setup
    print(f"block with {1e3 * setup.tag:g} mm tags, 0.3 to 1.0 m away, the arm over it in two scenes of three")
    print(f"{setup.width}x{setup.height}, focal length {setup.focal:g} px, noise 1 to 4, blur 0.4 to 1.0 px")
    print(f"{arguments.poses} scenes from seed {arguments.first}, {setup.frames} frames each")


def main(arguments: Arguments) -> None:
    """Print the tables and whether the targets are met; draw the errors against the distance."""
    _introduce(arguments)
    results = measure(arguments)
    print_errors(results, filtered=False)
    print_errors(results, filtered=True)
    print_by_view(results)
    print_honesty(results)
    print_targets(results)
    write_scores(results, RESULTS / f"{arguments.name}.csv")
    print(f"\n  {write_picture(results, RESULTS / f'{arguments.name}.png')}")


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
