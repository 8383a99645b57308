"""What a tick that comes late does to targets at full speed, if the times of sending are taken at their word."""

import numpy as np

from benchmarks.bridge_limits import worst_of
from benchmarks.instant_arm import ACTIONS, InstantArm
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.robot_description import RobotDescription

GAPS = (2.0, 2.5, 3.0, 4.0, 5.1, 10.0)
"""In periods."""
WAY = np.array([0.0, 0.34, 0.3])
"""What a chunk asks for [m]: more than joints at their limits can do."""
BEFORE, AFTER = 25, 20


def acceleration_after(description: RobotDescription, settings: FollowerSettings, gap: float) -> float:
    """Return the share of the acceleration limit that targets seem to have about a `gap` [periods].

    The robot's target stands meanwhile, which no limiter can undo: within two periods 1.0 is kept, beyond it cannot be.
    """
    arm = InstantArm(description, settings)
    arm.enable()
    home = arm.follower.kinematics.forward(arm.joints)
    shares = np.linspace(0.0, 1.0, ACTIONS + 1)[1:, None]
    arm.accept(home.position + shares * WAY, np.tile(home.quaternion, (ACTIONS, 1)))
    for periods in (*[1.0] * BEFORE, gap, *[1.0] * AFTER):
        arm.step(periods)
    rest = arm.then_ns[0] - round(1e9 * settings.period) * np.arange(3, 0, -1)
    times = 1e-9 * (np.concatenate((rest, arm.then_ns)) - rest[0])
    return float(worst_of(description, times, np.array([arm.joints_then[0]] * 3 + arm.joints_then))[2])
