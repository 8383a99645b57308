"""One demonstration after another, over a few processes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from diffpol_ros.core.spatial import quaternion_from_rot6d
from diffpol_ros.core.types import Observation, Pose
from diffpol_ros.policy.observation import frame_vector
from diffpol_ros.twin.settings import SimulationSettings
from sim.data.episode import Episode
from sim.demos.disturbance import Disturbance, DisturbanceSettings
from sim.demos.expert import Expert, ExpertSettings
from sim.demos.misjudgement import Misjudgement, MisjudgementSettings
from sim.envs.block import BLOCK, BlockLiftEnvironment, BlockLiftSettings, block_observation_spec
from sim.envs.noise import DEFAULT, PoseSensor, load_complete
from sim.parallel import parallel

TAIL_STEPS = 6
"""Steps recorded after success, so that the policy learns to stay."""


def wide_starts() -> SimulationSettings:
    """Return a world whose episodes begin in a wider range than the task's, for a margin."""
    return SimulationSettings(
        start_x_minimum=0.385, start_x_maximum=0.615, start_y_limit=0.165, start_yaw_limit=0.87, home_noise=0.04
    )


@dataclass(frozen=True)
class RecordSettings:
    """How demonstrations are made."""

    simulation: SimulationSettings = field(default_factory=wide_starts)
    """Where blocks and arm begin."""
    expert: ExpertSettings = field(default_factory=ExpertSettings)
    """Who demonstrates."""
    misjudgement: MisjudgementSettings = field(default_factory=MisjudgementSettings)
    """What he takes the block for."""
    disturbance: DisturbanceSettings = field(default_factory=DisturbanceSettings)
    """What hinders."""
    noise: str = DEFAULT
    """What the cameras make of the block: a name in calibration/noise or a file."""
    views: int = 5
    """Noisy views of each episode, each with a bias and delay of its own."""
    time_limit: float = 20.0
    """Longest demonstration [s]."""


class Recorder:
    """Records episodes in one environment."""

    def __init__(self, settings: RecordSettings) -> None:
        """Build the world once."""
        self._settings = settings
        self._spec = block_observation_spec()
        noise = load_complete(settings.noise)
        self._sensors = tuple(PoseSensor(BLOCK, noise) for _ in range(settings.views))
        limits = BlockLiftSettings(settings.simulation, time_limit=settings.time_limit)
        self._environment = BlockLiftEnvironment(limits, self._sensors)

    def record(self, seed: int) -> Episode | None:
        """Return the demonstration of `seed`, or nothing where it failed."""
        environment, expert = self._environment, Expert(self._settings.expert)
        random = np.random.default_rng([seed, 2])
        seen = environment.reset(seed)
        eyes = Misjudgement(self._settings.misjudgement, seed)
        disturbance = Disturbance(self._settings.disturbance, random)
        frames, actions, tail = [], [], TAIL_STEPS
        while tail and not environment.stop_reason and environment.elapsed_s < self._settings.time_limit:
            plan = expert.plan(eyes.see(seen, expert.phase))
            frames.append(np.stack([frame_vector(view, self._spec) for view in self._views(seen)]))
            actions.append(plan[0].astype(np.float32))
            if environment.succeeded:
                tail -= 1
            executed = disturbance.apply(len(actions), expert.phase, plan, environment)
            expert.executed(Pose(executed[0, :3], quaternion_from_rot6d(executed[0, 3:9])))
            seen = environment.step(executed)
        if not environment.succeeded:
            return None
        return Episode(seed, np.stack(frames, axis=1), np.stack(actions))

    def _views(self, exact: Observation) -> Iterator[Observation]:
        yield exact
        for sensor in self._sensors:
            yield replace(exact, objects={BLOCK: sensor.newest(exact.stamp_ns)})


def record_all(settings: RecordSettings, seeds: Sequence[int], processes: int) -> Iterator[Episode | None]:
    """Yield the demonstrations in order of their seeds, and nothing (None) for one that failed."""
    yield from parallel(_recording, settings, seeds, processes)


def _recording(settings: RecordSettings) -> Callable[[int], Episode | None]:
    return Recorder(settings).record
