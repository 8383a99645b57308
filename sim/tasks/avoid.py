"""Avoid as D3IL has it, and with each of DPPO's sets of demonstrations; the worlds of the latter are the same."""

from dataclasses import dataclass, field

from diffpol_ros.policy.manifest.specs import Limits
from sim.envs.avoid.course import EDGES, REWARDED_FINISH, START
from sim.envs.avoid.model import STEP
from sim.envs.avoid.routes import MODE_SETS, ROUTES, Route
from sim.envs.avoid.settings import AvoidSettings
from sim.envs.avoid.worlds import LONGEST_MOVE, AvoidWorlds
from sim.envs.randomisation import RandomisationSettings, RandomisedWorlds
from sim.envs.worlds import Worlds

MOVES = Limits((-LONGEST_MOVE,) * 2, (LONGEST_MOVE,) * 2)
PLACES = Limits((EDGES[0], START[1]) * 2, (EDGES[1], REWARDED_FINISH + 0.1) * 2)


@dataclass(frozen=True)
class AvoidTask:
    """Get past the pillars; `routes` are those that the demonstrations take."""

    name: str
    routes: tuple[Route, ...]
    settings: AvoidSettings = field(default_factory=AvoidSettings)
    rate_hz: float = 1.0 / STEP
    frame_names: tuple[str, ...] = ("desired.x", "desired.y", "actual.x", "actual.y")
    action_names: tuple[str, ...] = ("move.x", "move.y")
    frame_limits: Limits = PLACES
    action_limits: Limits = MOVES
    frame_size: int = 4
    action_size: int = 2

    def worlds(self, count: int, randomisation: RandomisationSettings | None = None, *, workers: int = 1) -> Worlds:
        """Return `count` tables, stepped by `workers` threads."""
        worlds = AvoidWorlds(count, self.settings, workers=workers)
        if randomisation is None:
            return worlds
        return RandomisedWorlds(worlds, randomisation, self.frame_limits, self.action_limits)


AVOID_ALL = AvoidTask("avoid", ROUTES, AvoidSettings(rewarded_exit=None))
AVOID_TASKS = (AVOID_ALL, *(AvoidTask(f"avoid_{name}", routes) for name, routes in MODE_SETS.items()))
