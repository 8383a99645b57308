"""What one may choose about the simulated world."""

import math
from dataclasses import dataclass

from diffpol_ros.core.settings import setting


@dataclass(frozen=True)
class SimulationSettings:
    """The block, how it grips, and where an episode may put it."""

    robot: str = setting("panda", description="file in calibration/robots/")
    block_mass: float = setting(0.1, description="[kg]", minimum=0.01, maximum=2.0)
    block_friction: float = setting(0.6, description="sliding, on the table", minimum=0.1, maximum=2.0)
    finger_friction: float = setting(1.0, description="sliding, of the finger pads", minimum=0.1, maximum=3.0)
    start_x_minimum: float = setting(0.40, description="of the block's centre [m]", minimum=0.2, maximum=0.8)
    start_x_maximum: float = setting(0.60, description="of the block's centre [m]", minimum=0.2, maximum=0.8)
    start_y_limit: float = setting(0.15, description="|y| of the block's centre [m]", minimum=0.0, maximum=0.4)
    start_yaw_limit: float = setting(math.pi / 4, description="|yaw| of the block [rad]", minimum=0.0, maximum=math.pi)
    home_noise: float = setting(
        0.0, description="standard deviation of the first posture [rad]", minimum=0.0, maximum=0.2
    )
    success_height: float = setting(0.10, description="of the block above its rest [m]", minimum=0.01, maximum=0.5)
    success_duration: float = setting(0.5, description="the block stays up [s]", minimum=0.0, maximum=10.0)

    def __post_init__(self) -> None:
        """Refuse swapped limits."""
        if self.start_x_minimum > self.start_x_maximum:
            raise ValueError(
                f"start_x_minimum {self.start_x_minimum} > start_x_maximum {self.start_x_maximum}: swapped?"
            )
