"""FurnitureBench's worlds, with the fake in the simulator's process."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim.envs.furniture
from sim.envs.furniture.settings import FurnitureSettings
from sim.envs.furniture.worlds import FurnitureWorlds
from sim.envs.vector import VectorEnvironment
from sim.errors import SimulationError

FAKE = FurnitureSettings(python=sys.executable, host="tests.sim.envs.furniture.fake_host")
BESIDE_ISAAC_GYM = ("__init__", "rotations", "tables", "wire", "serving", "host")


@pytest.fixture(scope="module")
def worlds() -> Iterator[FurnitureWorlds]:
    made = FurnitureWorlds(FAKE, 3)
    yield made
    made.close()


def actions(x: tuple[float, ...]) -> np.ndarray:
    return np.array([[place, 0.1, 0.2, 1, 0, 0, 0, 1, 0, -1] for place in x], np.float32)


def test_a_step_is_what_the_simulator_makes_of_it(worlds: FurnitureWorlds):
    start = worlds.reset(np.ones(3, bool), np.array([1, 2, 3]))
    happened = worlds.step(actions((0.2, 0.55, 0.4)), np.array([True, True, False]))
    assert start.shape == (3, 58)
    np.testing.assert_allclose(happened.observations[:, 0], [0.2, 0.55, start[2, 0]], atol=1e-6)
    assert happened.rewards.tolist() == [0.0, 1.0, 0.0]
    assert happened.terminated.tolist() == happened.succeeded.tolist() == [False, True, False]


def test_the_same_seeds_give_the_same_start(worlds: FurnitureWorlds):
    starts = [worlds.reset(np.ones(3, bool), np.array(seeds)) for seeds in ((1, 2, 3), (4, 2, 3), (1, 2, 3))]
    np.testing.assert_array_equal(starts[0], starts[2])
    assert (starts[0] != starts[1]).any()


def test_an_episode_that_runs_out_of_time_is_truncated_and_one_that_succeeds_terminated(worlds: FurnitureWorlds):
    environment = VectorEnvironment(worlds)
    environment.reset(0)
    chunks = np.repeat(actions((0.1, 0.2, 0.3))[:, None], 100, axis=1)
    ends = [environment.step(chunks) for _ in range(6)]
    chunks[1, 40:, 0] = 0.9
    last = environment.step(chunks)
    assert not any(end.ended.any() for end in ends)
    assert last.truncated.tolist() == [True, False, True] and last.terminated.tolist() == [False, True, False]
    assert last.steps.tolist() == [100, 41, 100] and last.rewards.tolist() == [0, 1, 0]


def test_a_python_without_isaac_gym_is_refused_with_the_cure():
    with pytest.raises(SimulationError, match=r"isaacgym cannot be imported .* install Isaac Gym Preview 4"):
        FurnitureWorlds(FurnitureSettings(python=sys.executable), 1)


def test_a_python_that_is_not_there_is_refused_with_the_cure():
    with pytest.raises(SimulationError, match=r"no-such-python cannot be started .* Python 3\.8"):
        FurnitureWorlds(FurnitureSettings(python="no-such-python"), 1)


def test_what_the_simulator_dies_of_is_told():
    with pytest.raises(SimulationError, match="RuntimeError: no such fake"):
        FurnitureWorlds(replace(FAKE, randomness="med"), 1)


@pytest.mark.parametrize("name", BESIDE_ISAAC_GYM)
def test_what_runs_beside_isaac_gym_is_read_by_python_38(name: str):
    source = Path(sim.envs.furniture.__path__[0], f"{name}.py").read_text()
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    ours = {module for module in imported if module.startswith("sim.")}
    assert ours <= {f"sim.envs.furniture.{each}" for each in BESIDE_ISAAC_GYM} | {"sim.envs.furniture"}
    assert name == "__init__" or "__future__" in imported
