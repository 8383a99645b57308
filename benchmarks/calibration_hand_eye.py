"""Cameras placed in random set-ups from rendered boards and tags: how far off, and whether the covariance is honest."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from benchmarks.calibration_landmarks import SETS, landmark_views, random_camera
from benchmarks.calibration_prints import CHARUCO, TAGS, Studio, captures_of, rig_with, views_of
from benchmarks.calibration_rigs import Noise, Rig, deviation, hand_poses, random_rig
from benchmarks.calibration_wiggles import START_NS, Wiggle, hand_series, random_wiggle
from diffpol_ros.calibrate.board import Board, BoardSettings
from diffpol_ros.calibrate.captures import Capture, CaptureSet
from diffpol_ros.calibrate.chain import moved
from diffpol_ros.calibrate.extrinsics import solve_extrinsics
from diffpol_ros.calibrate.hand_eye import solve_hand_eye
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.solving import wiggle_in
from diffpol_ros.calibrate.time_offset import solve_time_offset
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Array, Pose

ROBOT = Noise(position=1e-4, rotation=np.radians(0.02))
LENS_ERROR = 1e-3
VIEWS, IMAGES = 15, 10
SECONDS, LATEST = 6.0, 0.08
EXPOSURE_S = 0.008


@dataclass(frozen=True)
class Result:
    """One set-up: how far off [mm], [deg] or [ms], and the squared error in units of the covariance over its size."""

    far: float
    turned: float
    squared: float


def hand_eye(rng: np.random.Generator, mount: str, settings: BoardSettings) -> Result:
    """Place a camera from VIEWS images of a board, the robot and the lens not exactly known."""
    board = Board(settings)
    rig = rig_with(random_rig(rng, mount), board)
    hands = hand_poses(rig, rng, VIEWS)
    told = [noisy(hand, rng) for hand in hands]
    known = replace(rig.camera, fx=_about(rig.camera.fx, rng), fy=_about(rig.camera.fy, rng))
    views = views_of(known, board, captures_of(Studio(rig, board), hands, told, rng))
    found = solve_hand_eye(known, views, mount)
    return placed(found.camera, rig.camera_pose, found.covariance)


def extrinsics(rng: np.random.Generator, tags: str) -> Result:
    """Place a camera from IMAGES images of tags that never move."""
    camera = random_camera(rng)
    found = solve_extrinsics(camera, landmark_views(camera, SETS[tags], IMAGES, rng))
    return placed(found.camera, camera.pose.pose, found.covariance)


def time_offset(rng: np.random.Generator, mount: str, rate: float) -> Result:
    """Find the offset from a wiggle seen at `rate` [Hz], each image exposed while the hand moves on."""
    board = Board(TAGS)
    rig = rig_with(random_rig(rng, mount), board)
    wiggle, offset = random_wiggle(rig, rng), float(rng.uniform(-LATEST, LATEST))
    series = hand_series(wiggle, rng, ROBOT, SECONDS)
    hands = tuple(
        (int(stamp), Pose(row[:3], row[3:])) for stamp, row in zip(series.stamps_ns, series.poses, strict=True)
    )
    images = tuple(_seen(rig, board, wiggle, rng, rate, offset))
    frames, series = wiggle_in(rig.camera, CaptureSet(rig.camera.name, images, hands=hands), board)
    found = solve_time_offset(rig.camera, frames, series, mount, rig.camera_pose)
    error = found.offset - offset
    return Result(1e3 * abs(error), 0.0, (error / found.deviation) ** 2)


def _seen(
    rig: Rig, board: Board, wiggle: Wiggle, rng: np.random.Generator, rate: float, offset: float
) -> list[Capture]:
    studio, images = Studio(rig, board), []
    for time in np.arange(0.0, SECONDS, 1.0 / rate).tolist():
        hands = [wiggle.at(time + part * EXPOSURE_S) for part in (-0.5, 0.0, 0.5)]
        images.append(Capture(studio.shoot(hands, rng), START_NS + to_ns(time - offset)))
    return images


def noisy(hand: Pose, rng: np.random.Generator) -> Pose:
    """Return what the robot says of its hand."""
    return moved(hand, np.concatenate([rng.normal(0.0, ROBOT.position, 3), rng.normal(0.0, ROBOT.rotation, 3)]))


def _about(value: float, rng: np.random.Generator) -> float:
    return float(value * (1.0 + rng.uniform(-LENS_ERROR, LENS_ERROR)))


def placed(found: Pose, truth: Pose, covariance: Array) -> Result:
    """Return how far a camera is from where it is."""
    turn = rotation_between(truth.quaternion, found.quaternion)
    error = np.concatenate([found.position - truth.position, turn])
    return Result(*deviation(found, truth), float(error @ np.linalg.solve(covariance, error)) / 6.0)


Trial = Callable[[np.random.Generator], Result]
TRIALS: dict[str, tuple[int, str, Trial]] = {
    "hand-eye, camera on the hand, ChArUco": (1, "mm", lambda rng: hand_eye(rng, "end_effector", CHARUCO)),
    "hand-eye, camera on the hand, tags": (1, "mm", lambda rng: hand_eye(rng, "end_effector", TAGS)),
    "hand-eye, board in the hand, ChArUco": (1, "mm", lambda rng: hand_eye(rng, "base", CHARUCO)),
    "hand-eye, board in the hand, tags": (1, "mm", lambda rng: hand_eye(rng, "base", TAGS)),
    **{f"extrinsics, {tags}": (1, "mm", lambda rng, tags=tags: extrinsics(rng, tags)) for tags in SETS},
    "time offset, 15 Hz, camera on the hand": (5, "ms", lambda rng: time_offset(rng, "end_effector", 15.0)),
    "time offset, 30 Hz, board in the hand": (5, "ms", lambda rng: time_offset(rng, "base", 30.0)),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setups", type=int, default=20, help="random set-ups; a fifth of it for the time offset")
    setups = parser.parse_args().setups
    cv2.setNumThreads(1)
    print(f"{setups} random set-ups; robot noise 0.1 mm / 0.02 deg an axis, focal lengths known to 0.1 %")
    print(f"  {'':42}{'median / p95 / worst':>26}{'deg':>24}{'error²/covariance':>20}{'refused':>9}")
    for name, (share, unit, trial) in TRIALS.items():
        report(name, unit, trial, max(2, setups // share))


def report(name: str, unit: str, trial: Trial, count: int) -> None:
    """Print one line."""
    results, refused = [], 0
    for seed in range(count):
        try:
            results.append(trial(np.random.default_rng(seed)))
        except Refusal:
            refused += 1
    if not results:
        print(f"  {name:42} all refused")
        return
    far, turned = (
        np.percentile(values, [50, 95, 100]) for values in zip(*[(r.far, r.turned) for r in results], strict=True)
    )
    honest = float(np.mean([result.squared for result in results]))
    lengths, angles = (" / ".join(f"{value:.3f}" for value in values) for values in (far, turned))
    print(f"  {name:42}{lengths:>23} {unit}{angles:>24}{honest:20.2f}{refused:9}")


if __name__ == "__main__":
    main()
