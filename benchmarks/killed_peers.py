"""How long a process stands still because another one is killed: with memory that they share, and without.

A talker publishes 500 times a second to a listener and to a peer, which publishes to the listener as well until it is
killed. A second thread of the talker does nothing but look whether time goes on. `python -m benchmarks.killed_peers`
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import tyro

from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.command import node_environment, ros_environment
from diffpol_ros.graph.description import NodeDescription, twin_graph
from diffpol_ros.graph.ports import free_domain

STANDSTILL_S = 0.15
"""Longer than two shared processors keep a thread waiting."""
LIFE_S, AFTERWARDS_S, BEGINNING_S = 1.1, 2.0, 3.0


@dataclass(frozen=True)
class Arguments:
    """How often to kill."""

    kills: int = 60


def talk() -> None:
    """Publish for ever; print every standstill [s] that the other thread notices."""
    import rclpy
    from std_msgs.msg import String

    def look() -> None:
        last = time.monotonic()
        while True:
            time.sleep(0.001)
            now = time.monotonic()
            if now - last > STANDSTILL_S:
                print(f"{now - last:.2f}", flush=True)
            last = now

    rclpy.init()
    publisher = rclpy.create_node("talker").create_publisher(String, "said", 10)
    threading.Thread(target=look, daemon=True).start()
    while True:
        publisher.publish(String(data="x" * 300))
        time.sleep(0.002)


def listen(*, answering: bool) -> None:
    """Hear what is published for ever; `answering`, publish as well, as often as one can."""
    import rclpy
    from std_msgs.msg import String

    rclpy.init()
    node = rclpy.create_node("peer" if answering else "listener")
    node.create_subscription(String, "said", lambda _: None, 10)
    if not answering:
        node.create_subscription(String, "answered", lambda _: None, 10)
        rclpy.spin(node)
    publisher = node.create_publisher(String, "answered", 10)
    print("up", flush=True)
    while True:
        publisher.publish(String(data="x" * 300))
        rclpy.spin_once(node, timeout_sec=0)


ROLES = {"talk": talk, "listen": lambda: listen(answering=False), "answer": lambda: listen(answering=True)}


@contextmanager
def playing(role: str, environment: Mapping[str, str]) -> "Iterator[subprocess.Popen[bytes]]":
    """Give a process in `role`; it is killed in the end."""
    command = [sys.executable, "-m", "benchmarks.killed_peers", role]
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def standstills(talker: NodeDescription, kills: int) -> list[list[float]]:
    """Return after each of `kills` how long the talker, in the environment of node `talker`, stood still [s]."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = ros_environment(folder, stack.enter_context(free_domain()))
        others = node_environment(_node("estimation"), environment)
        own = stack.enter_context(playing("talk", node_environment(talker, environment)))
        stack.enter_context(playing("listen", others))
        time.sleep(BEGINNING_S)
        found = []
        for _ in range(kills):
            with playing("answer", others) as peer:
                assert peer.stdout is not None
                peer.stdout.readline()
                time.sleep(LIFE_S)
                _said(own)
            time.sleep(AFTERWARDS_S)
            found.append([float(line) for line in _said(own).split()])
        return found


def _said(process: "subprocess.Popen[bytes]") -> bytes:
    """Return what `process` printed since it was asked last."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    try:
        return os.read(process.stdout.fileno(), 1 << 16)
    except BlockingIOError:
        return b""


def main(arguments: Arguments) -> None:
    """Print what was found, as the camera's and as the bridge's processes are started."""
    for name, what in (("estimation", "with shared memory"), ("bridge", "without")):
        found = standstills(_node(name), arguments.kills)
        disturbed = [max(each) for each in found if each]
        worst = f", the longest for {max(disturbed):.2f} s" if disturbed else ""
        print(f"{what:18} stood still after {len(disturbed)} of {len(found)} kills{worst}", flush=True)


def _node(name: str) -> NodeDescription:
    return next(node for node in twin_graph(LaunchArguments()) if node.name == name)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ROLES:
        ROLES[sys.argv[1]]()
    main(tyro.cli(Arguments))
