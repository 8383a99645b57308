"""Hands that wiggle, what the robot says of it and what a camera sees of it, each by its own clock."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.calibration_rigs import Noise, Rig, exact_views, hand_poses
from diffpol_ros.calibrate.chain import TargetView, moved
from diffpol_ros.calibrate.hand_series import HandSeries
from diffpol_ros.calibrate.time_offset import Frame
from diffpol_ros.core.clock import NANOSECONDS, to_ns
from diffpol_ros.core.spatial import compose, identity_pose
from diffpol_ros.core.types import Array, Pose

START_NS = 1_700_000_000 * NANOSECONDS


@dataclass(frozen=True, eq=False)
class Wiggle:
    """A smooth irregular motion of the hand about `centre`: three sines an axis.

    shift: [m]. turn: [rad]. frequencies, phases: (6, 3) [Hz], [rad].
    """

    centre: Pose
    shift: Array
    turn: Array
    frequencies: Array
    phases: Array

    def at(self, time: float) -> Pose:
        """Return where the hand is at `time` [s]."""
        swing = np.sin(2.0 * np.pi * self.frequencies * time + self.phases).mean(axis=1)
        step = moved(identity_pose(), np.concatenate([self.shift * swing[:3], self.turn * swing[3:]]))
        return compose(self.centre, step)


def random_wiggle(
    rig: Rig, rng: np.random.Generator, shift: Sequence[float] = (0.04,) * 3, turn: Sequence[float] = (0.2,) * 3
) -> Wiggle:
    """Return a wiggle that keeps the target about in view."""
    centre = hand_poses(rig, rng, 1, tilt=0.3)[0]
    frequencies, phases = rng.uniform(0.3, 1.0, (6, 3)), rng.uniform(0.0, 2.0 * np.pi, (6, 3))
    return Wiggle(centre, np.array(shift), np.array(turn), frequencies, phases)


def hand_series(
    wiggle: Wiggle, rng: np.random.Generator, noise: Noise, seconds: float, rate: float = 100.0
) -> HandSeries:
    """Return what the robot says of a wiggle, from half a second before to half a second after."""
    states = []
    for time in np.arange(-0.5, seconds + 0.5, 1.0 / rate):
        slip = np.concatenate([rng.normal(0.0, noise.position, 3), rng.normal(0.0, noise.rotation, 3)])
        states.append((START_NS + to_ns(float(time)), moved(wiggle.at(float(time)), slip)))
    return HandSeries.of(states)


def wiggle_frames(
    rig: Rig, wiggle: Wiggle, rng: np.random.Generator, corner_px: float, seconds: float, rate: float, offset: float
) -> list[Frame]:
    """Return what the camera sees of a wiggle, stamped by a clock that `offset` [s] added to makes the robot's."""
    frames = []
    for time in np.arange(0.003, seconds, 1.0 / rate):
        seen = exact_views(rig, [wiggle.at(float(time))], rng, Noise(corner_px))[0]
        stamp_ns = START_NS + to_ns(float(time) - offset)
        frames.append(Frame(stamp_ns, TargetView(str(len(frames)), seen.points, seen.pixels)))
    return frames
