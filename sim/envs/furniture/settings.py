"""Which furniture, how, and where the simulator runs."""

from dataclasses import dataclass
from typing import Literal

PARTS = {
    "one_leg": ("table_top", "leg1", "leg2", "leg3", "leg4"),
    "lamp": ("base", "bulb", "hood"),
    "round_table": ("top", "leg", "base"),
}
"""What lies on the table, in FurnitureBench's order; an obstacle always comes last."""
STEP_LIMITS = {"one_leg": 700, "lamp": 1000, "round_table": 1000}
"""Steps of an episode, as in DPPO's experiments."""
ROBOT_SIZE, POSE_SIZE = 16, 7


@dataclass(frozen=True)
class FurnitureSettings:
    """A furniture task of FurnitureBench."""

    furniture: Literal["one_leg", "lamp", "round_table"] = "one_leg"
    """What is assembled."""
    randomness: Literal["low", "med"] = "low"
    """How differently parts, obstacle and arm begin."""
    device: int = 0
    """Number of the GPU that simulates."""
    python: str = "python3.8"
    """The Python that has Isaac Gym, furniture-bench and torch."""
    host: str = "sim.envs.furniture.host"
    """The module that it runs."""

    @property
    def frame_size(self) -> int:
        """Numbers of a frame: 58 for one_leg, 44 for the others."""
        return ROBOT_SIZE + POSE_SIZE * (len(PARTS[self.furniture]) + 1)

    @property
    def step_limit(self) -> int:
        """Steps after which an episode is cut off."""
        return STEP_LIMITS[self.furniture]
