"""The simulator's process: `python3.8 -m sim.envs.furniture.host`, started by FurnitureWorlds, not by hand.

NVIDIA's Isaac Gym (Preview 4, the last) has bindings for Python 3.6 to 3.8 only and must be imported before torch: so
it gets a process of its own. This file is read by Python 3.8.
"""

from __future__ import annotations

import argparse
import importlib
import socket
import sys
from typing import TYPE_CHECKING, Any, cast

from sim.envs.furniture import wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.envs.furniture.tables import Simulator

MISSING = (
    "{name} cannot be imported by {python} ({error}): install Isaac Gym Preview 4 (pip install -e isaacgym/python) and "
    "furniture-bench (ankile/furniture-bench) for a Python 3.8, and name that Python in the settings' `python`"
)


def arguments() -> argparse.Namespace:
    """Read the command line, which FurnitureWorlds writes."""
    parser = argparse.ArgumentParser()
    for name in ("furniture", "randomness"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("count", "step-limit", "device", "connection"):
        parser.add_argument(f"--{name}", type=int, required=True)
    return parser.parse_args()


def build(asked: argparse.Namespace) -> Simulator:
    """Return FurnitureBench's simulator; Isaac Gym comes first, since it refuses to come after torch."""
    _imported("isaacgym")
    module = _imported("furniture_bench.envs.furniture_rl_sim_env")
    observation = _imported("furniture_bench.envs.observation")
    made = module.FurnitureRLSimEnv(
        furniture=asked.furniture,
        randomness=asked.randomness,
        num_envs=asked.count,
        max_env_steps=asked.step_limit,
        compute_device_id=asked.device,
        graphics_device_id=asked.device,
        headless=True,
        obs_keys=observation.DEFAULT_STATE_OBS,
        concat_robot_state=True,
        act_rot_repr="rot_6d",
        action_type="pos",
        ctrl_mode="diffik",
        stiffness=1000,
        damping=200,
    )
    return cast("Simulator", made)


def main(build: Callable[[argparse.Namespace], Simulator] = build) -> None:
    """Build the simulator and serve it until the other side closes."""
    asked = arguments()
    with socket.socket(fileno=asked.connection) as connection:
        try:
            simulator = build(asked)
            tables = importlib.import_module("sim.envs.furniture.tables").Tables(simulator, asked.step_limit)
            importlib.import_module("sim.envs.furniture.serving").serve(connection, tables)
        except Exception as error:
            wire.send(connection, wire.FAILURE, f"{type(error).__name__}: {error}".encode())
            raise


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except (ImportError, RuntimeError) as error:
        raise ImportError(MISSING.format(name=name, python=sys.executable, error=error)) from error


if __name__ == "__main__":
    main()
