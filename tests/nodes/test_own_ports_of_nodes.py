"""A node that was killed and started again listens at other ports than the dead one, and tools keep the first."""

import os
import subprocess
import sys
import time

import pytest

from diffpol_ros.core.resources import resource_root
from diffpol_ros.graph.cleanup import remove_shared_memory, shared_memory_of
from diffpol_ros.graph.joining import PROFILE
from diffpol_ros.graph.own_ports import OWN_NUMBERS
from diffpol_ros.graph.ports import user_port

NODE = """
from dataclasses import dataclass
from diffpol_ros.nodes.lifecycle import StageNode, run_node

@dataclass(frozen=True)
class Nothing:
    pass

class Idle(StageNode[Nothing]):
    parameters_kind = Nothing

run_node(lambda: Idle("idle"))
"""
PATIENCE_S = 20.0


def number_of(process: int) -> int:
    """Return the participant number at whose port `process` listens, once it does."""
    domain = int(os.environ["ROS_DOMAIN_ID"])
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        names = shared_memory_of(process)
        found = [number for number in range(60) if f"fastrtps_port{user_port(domain, number)}" in names]
        if found:
            return found[0]
        time.sleep(0.02)
    pytest.fail(f"the node listens nowhere after {PATIENCE_S} s")


def start() -> "subprocess.Popen[bytes]":
    environment = {**os.environ, PROFILE: str(resource_root() / "launch" / "fastdds.xml")}
    return subprocess.Popen([sys.executable, "-c", NODE], env=environment)


def test_a_respawned_node_takes_other_ports() -> None:
    numbers: list[int] = []
    left: set[str] = set()
    for _ in range(3):
        with start() as node:
            try:
                numbers.append(number_of(node.pid))
                left |= shared_memory_of(node.pid)
            finally:
                node.kill()
    remove_shared_memory(left)
    assert len(set(numbers)) == 3 and set(numbers) <= set(OWN_NUMBERS)
