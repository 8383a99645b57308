"""What the look-ahead lets pass stays free all the way to rest, also between the places it looked at."""

from itertools import pairwise

import numpy as np
import pytest

from diffpol_ros.control.bending import Bending
from diffpol_ros.control.braking import Motion
from diffpol_ros.control.guards.keep_out import KeepOuts
from diffpol_ros.control.limiter import JointLimiter
from diffpol_ros.control.look_ahead import LookAhead
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.geometry import KeepOut
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.types import Array

SETTINGS = FollowerSettings()
POST, PLATE, CUBE, BOX = (0.005, 0.005, 0.3), (0.2, 0.003, 0.2), (0.05, 0.05, 0.05), (0.15, 0.1, 0.2)
DENSE, BOXES = 400, 12


class Braking:
    """An arm that begins to brake from a random motion."""

    def __init__(self, name: str, random: np.random.Generator) -> None:
        description = load_robot_description(name)
        self.body = description.body()
        self.limiter = JointLimiter(description.limits, SETTINGS)
        self.start = description.home_positions + random.uniform(-0.5, 0.5, 7)
        speeds = 0.7 * np.array(description.limits.velocity) * random.uniform(-1, 1, 7) * (random.random(7) < 0.6)
        self.limiter.restore(Motion(self.start, speeds.tolist(), [0.0] * 7))
        self.instants = np.linspace(0.0, self.limiter.stopping_path.duration, DENSE)
        self.placement = self.body.at(self.limiter.stopping_path.at(self.instants))

    def box(self, random: np.random.Generator) -> KeepOut:
        """Return a box that some part of the arm comes near on its way to rest."""
        sphere, instant = random.integers(0, self.body.covering.stop), random.integers(0, DENSE)
        half = random.permutation(np.array([POST, PLATE, CUBE, BOX][random.integers(4)]))
        way = random.normal(size=3)
        beside = way / np.linalg.norm(way) * self.body.radii[sphere] * random.uniform(0.9, 1.05)
        centre = self.placement.points[instant, :, sphere] + beside + np.sign(way) * half * (random.random(3) < 0.8)
        return KeepOut("box", tuple(centre - half), tuple(centre + half))

    def judged(self, box: KeepOut) -> tuple[bool, Array]:
        """Return whether braking is found free of `box`, and the room there is on the way (n,) [m]."""
        guard = KeepOuts(self.body, (box,))
        ahead = LookAhead(self.body, [guard], SETTINGS.workspace_tolerance, self.limiter.limits)
        ahead.start(self.start)
        return ahead.judge(self.limiter, self.start) is None, guard.clearances(self.placement)


@pytest.mark.parametrize("name", ["panda", "fr3"])
def test_nothing_is_in_the_way_of_braking_that_was_found_free(name: str) -> None:
    """Pinned: of twelve places up to 50 mm apart none saw a plate or the edge of a box between them."""
    random, passed, between = np.random.default_rng(3), 0, 0
    for _ in range(80):
        braking = Braking(name, random)
        for _ in range(BOXES):
            free, rooms = braking.judged(braking.box(random))
            if rooms[0] < 0.0:
                continue
            assert not free or rooms.min() >= -SETTINGS.workspace_tolerance
            assert free or rooms.min() < 0.005
            passed += free
            between += rooms.min() < -SETTINGS.workspace_tolerance and rooms[-1] > 0.0
    assert passed > 20 and between > 5


@pytest.mark.parametrize("name", ["panda", "fr3"])
def test_no_point_leaves_its_chord_farther_than_it_may(name: str) -> None:
    random = np.random.default_rng(5)
    for _ in range(10):
        braking = Braking(name, random)
        steps = np.arange(0, DENSE, 57)
        bends = Bending(braking.body, np.array(braking.limiter.limits.accelerations)).bends(
            braking.instants[steps], braking.placement.configurations[steps]
        )
        for (first, last), bend in zip(pairwise(steps), bends, strict=True):
            points = braking.placement.points[first : last + 1]
            shares = np.linspace(0.0, 1.0, len(points))[:, None, None]
            chord = points[0] + shares * (points[-1] - points[0])
            assert np.linalg.norm(points - chord, axis=1).max() <= bend + 1e-9
