"""The table of D3IL's Avoid (ALRhub/d3il, gym_avoiding, MIT), seen from above.

The rod starts at small y and goes towards large y, past one, two and three pillars. `Left` is small x, `right` large x.
All lengths in metres, in the frame of the robot's base.
"""

from dataclasses import dataclass

START = (0.525, -0.28)
ROD_RADIUS = 0.01
LEVELS = (-0.1, 0.08, 0.26)
"""Where along y the pillars stand."""
PILLARS = ((0.5,), (0.425, 0.575), (0.35, 0.5, 0.65))
"""Where along x they stand, level by level, from left to right; n pillars leave n + 1 passages."""
RADII = (0.03, 0.025, 0.025)
"""Of the pillars, level by level."""
EDGES = (0.2, 0.8)
"""Along x; beyond them DPPO's reward turns negative."""
TABLE = ((0.1, -0.45), (0.9, 0.6))
"""Lowest and highest x and y to which the rod is sent; D3IL has no such bounds."""
DRAWN_FINISH = 0.35
"""Along y: what D3IL itself calls done."""
REWARDED_FINISH = 0.4
"""Along y: where the reward of DPPO's fine-tuning begins."""


@dataclass(frozen=True)
class Pillar:
    """An upright cylinder."""

    x: float
    y: float
    radius: float

    @property
    def reach(self) -> float:
        """How near the rod's axis comes when it touches."""
        return self.radius + ROD_RADIUS


def all_pillars() -> tuple[Pillar, ...]:
    """Return the six, level by level from left to right."""
    return tuple(Pillar(x, y, radius) for y, row, radius in zip(LEVELS, PILLARS, RADII, strict=True) for x in row)
