"""A node that was killed and started again listens at other ports than the dead one, and tools keep the first."""

import os
import subprocess
import sys
from functools import partial

from diffpol_ros.core.resources import resource_root
from diffpol_ros.graph.cleanup import remove_shared_memory, shared_memory_of
from diffpol_ros.graph.joining import PROFILE
from diffpol_ros.graph.own_ports import OWN_NUMBERS
from diffpol_ros.graph.ports import user_port
from tests.waiting import wait_until

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


def numbers_of(process: int) -> list[int]:
    """Return the participant numbers at whose ports `process` listens."""
    domain, names = int(os.environ["ROS_DOMAIN_ID"]), shared_memory_of(process)
    return [number for number in range(60) if f"fastrtps_port{user_port(domain, number)}" in names]


def start() -> "subprocess.Popen[bytes]":
    environment = {**os.environ, PROFILE: str(resource_root() / "launch" / "fastdds.xml")}
    return subprocess.Popen([sys.executable, "-c", NODE], env=environment)


def test_a_respawned_node_takes_other_ports() -> None:
    numbers: list[int] = []
    left: set[str] = set()
    for _ in range(3):
        with start() as node:
            try:
                wait_until(partial(numbers_of, node.pid), what="that the node listens")
                numbers += numbers_of(node.pid)
                left |= shared_memory_of(node.pid)
            finally:
                node.kill()
    remove_shared_memory(left)
    assert len(set(numbers)) == 3 and set(numbers) <= set(OWN_NUMBERS)
