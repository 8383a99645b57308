"""The simulator's process with the fake in it: python -m tests.sim.envs.furniture.fake_host."""

import argparse

from sim.envs.furniture import host
from sim.envs.furniture.settings import PARTS
from tests.sim.envs.furniture.fake import FakeSimulator


def build(asked: argparse.Namespace) -> FakeSimulator:
    if asked.randomness == "med":
        raise RuntimeError("no such fake")
    return FakeSimulator(asked.count, len(PARTS[asked.furniture]), step_limit=asked.step_limit)


if __name__ == "__main__":
    host.main(build)
