"""A recorder that is killed is told of, and disturbs nobody."""

import signal
import time
from pathlib import Path

import pytest

pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor

from diffpol_ros.nodes.quality import EVENTS
from diffpol_ros.nodes.session import ros_node
from tests.graph_run import START_DEADLINE_S, arguments, running
from tests.waiting import wait_until

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("system"), pytest.mark.timeout(150)]


def test_a_killed_recorder_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    verdicts: list[DiagnosticArray] = []
    with running(tmp_path, {"bridge", "recorder"}, arguments(tmp_path)) as supervisor, ros_node("watcher") as node:
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        node.create_subscription(DiagnosticArray, "gate", verdicts.append, EVENTS)
        wait_until(lambda: (tmp_path / "bag").exists(), what="a bag")
        recorder, bridge = supervisor.process("recorder"), supervisor.process("bridge")
        recorder.send_signal(signal.SIGKILL)
        recorder.wait()
        verdicts.clear()
        deadline = time.monotonic() + START_DEADLINE_S
        while len(verdicts) < 10:
            assert time.monotonic() < deadline, "the gate fell silent"
            supervisor.check()
            executor.spin_once(timeout_sec=0.05)
        executor.shutdown()
        assert supervisor.process("bridge") is bridge
        (told,) = supervisor.incidents
    assert "node recorder was killed by SIGKILL" in told
    assert "the others go on without it" in told
