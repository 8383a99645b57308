"""The kind of inverse kinematics is a setting; the plain one is the paper's, and what follows it keeps the limits."""

import numpy as np
import pytest

from diffpol_ros.control.differential_ik import DifferentialInverseKinematics
from diffpol_ros.control.inverse_kinematics import make_inverse_kinematics
from diffpol_ros.control.plain_ik import PlainInverseKinematics
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.types import Pose
from tests.control.arm import HOME, KINEMATICS, PANDA, Episode, near_home, shares_of_limits

PLAIN = FollowerSettings(inverse_kinematics="plain")


def test_the_setting_chooses() -> None:
    assert isinstance(make_inverse_kinematics(PANDA, KINEMATICS, FollowerSettings()), DifferentialInverseKinematics)
    assert isinstance(make_inverse_kinematics(PANDA, KINEMATICS, PLAIN), PlainInverseKinematics)
    with pytest.raises(ValueError, match="expected damped or plain"):
        FollowerSettings(inverse_kinematics="dls")


def test_a_plain_step_is_the_pseudo_inverse_of_the_missing_twist() -> None:
    target = Pose(near_home(0.001, -0.002, 0.001), HOME.quaternion)
    step = PlainInverseKinematics(KINEMATICS).step(PANDA.home_positions, target, 0.1)
    assert np.allclose(step.twist, [0.01, -0.02, 0.01, 0.0, 0.0, 0.0], atol=1e-9)
    assert np.allclose(KINEMATICS.forward(step.positions).position, target.position, atol=1e-5)


def test_whatever_plain_steps_ask_for_the_arm_stays_within_its_limits() -> None:
    episode = Episode(PLAIN)
    for height in (0.2, -0.2, 0.1, -0.2):
        episode.accept(episode.chunk(near_home(0.0, 0.0, height / 2), near_home(0.1, 0.15, height)))
        episode.run(0.3)
    assert len(episode.arm.sent) > 20
    assert max(shares_of_limits(episode.arm.sent, episode.follower.settings.period)) <= 1.0
