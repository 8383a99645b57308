"""Worlds in two Ray workers are the worlds of one process, to the bit."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np
import psutil
import pytest

from sim.envs.vector import VectorEnvironment
from sim.envs.worlds import Flags, Happened, Seeds, Vectors, Worlds
from sim.errors import ScaleError, SimulationError
from sim.scale.cluster import ScaleSettings, cluster
from sim.scale.ray_worlds import RayWorlds
from sim.scale.worlds import scaled_worlds

pytest.importorskip("ray", reason="Ray is an extra: pip install ray")
pytestmark = pytest.mark.slow


class Walks:
    """Worlds of a random walk that asks for plans; a number above 30 is refused."""

    observation_size, action_size, step_limit = 3, 2, 20

    def __init__(self, count: int) -> None:
        self.count = count
        self._random = [np.random.default_rng(0)] * count
        self._frames = np.zeros((count, 3), np.float32)
        self._planned = np.zeros(count, np.float32)

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        for world in np.flatnonzero(which):
            self._random[world] = np.random.default_rng(seeds[world])
            self._frames[world] = self._random[world].standard_normal(3)
        return self._frames.copy()

    def step(self, actions: Vectors, active: Flags) -> Happened:
        if (np.abs(actions) > 30.0).any():
            raise SimulationError("too far")
        for world in np.flatnonzero(active):
            drawn = self._random[world].standard_normal(3)
            self._frames[world] += 0.1 * drawn + actions[world].sum() + self._planned[world]
        rewards = np.where(active, self._frames.sum(axis=1), 0.0).astype(np.float32)
        return Happened(self._frames.copy(), rewards, self._frames[:, 0] > 3.0, rewards > 1.0)

    def plan(self, chunks: Vectors, active: Flags) -> None:
        self._planned[active] = chunks[active].mean(axis=(1, 2))

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def ray() -> Iterator[ModuleType]:
    """Ray on two processors, of which nothing stays behind."""
    before = set(psutil.Process().children(recursive=True))
    with cluster("", cpus=2) as module:
        yield module
        begun = [child for child in psutil.Process().children(recursive=True) if child not in before]
    assert begun
    _, left = psutil.wait_procs(begun, timeout=20.0)
    assert not left


def story(worlds: Worlds, size: int) -> list[Vectors]:
    """What happens in 12 chunks of three actions under given seeds and actions."""
    environment, random, seen = VectorEnvironment(worlds, history_steps=2), np.random.default_rng(1), []
    seen.append(environment.reset(7))
    for _ in range(12):
        chunk = random.uniform(-0.5, 0.5, (worlds.count, 3, size)).astype(np.float32)
        moved = environment.step(chunk, 2)
        seen += [moved.observations, moved.final_observations, moved.rewards, moved.terminated, moved.truncated]
    return seen


def test_two_workers_give_what_one_process_gives(ray: ModuleType):
    worlds = RayWorlds(ray, Walks, 5, workers=2)
    for here, there in zip(story(Walks(5), 2), story(worlds, 2), strict=True):
        np.testing.assert_array_equal(here, there)
    worlds.close()


@pytest.mark.usefixtures("ray")
def test_so_they_do_for_a_task():
    with scaled_worlds("hopper", 4) as one, scaled_worlds("hopper", 4, scale=ScaleSettings(ray_workers=2)) as two:
        for here, there in zip(story(one, 3), story(two, 3), strict=True):
            np.testing.assert_array_equal(here, there)


def test_an_error_of_the_worlds_comes_as_it_was(ray: ModuleType):
    worlds = RayWorlds(ray, Walks, 2, workers=2)
    with pytest.raises(SimulationError, match="too far"):
        worlds.step(np.full((2, 2), 31.0, np.float32), np.ones(2, bool))
    worlds.close()


def test_a_lost_worker_is_told(ray: ModuleType):
    worlds = RayWorlds(ray, Walks, 2, workers=2)
    ray.kill(worlds._shares[1])
    with pytest.raises(ScaleError, match="worker with some of the 2 worlds is lost"):
        worlds.reset(np.ones(2, bool), np.arange(2))


def test_more_workers_than_worlds_are_refused(ray: ModuleType):
    with pytest.raises(ScaleError, match=r"3 Ray workers for 2 worlds: expected 1 \.\. 2"):
        RayWorlds(ray, Walks, 2, workers=3)
