"""Homing is broken off at once: by bridge/stop, by deactivating the bridge, and by Ctrl-C."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

pytest.importorskip("rclpy")

import rclpy
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.client import Client
from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import Trigger

from diffpol_ros.control.verdict import Stop
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.resources import find_resource
from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.supervisor import Supervisor
from diffpol_ros.nodes.session import ros_node
from tests.bridge.homing_robot import HOMES, LONGEST_S, STANDS, HomingHand, HomingRobot
from tests.bridge.stage import Stage
from tests.control.arm import PANDA
from tests.graph_run import running
from tests.waiting import wait_until

pytestmark = [pytest.mark.ros, pytest.mark.timeout(120)]
PROMPTLY_S = 0.5 * LONGEST_S
"""Far more than it takes, and far less than homing does, also where another process has the processor."""


def test_a_stop_breaks_homing_off_and_one_from_before_does_not(tmp_path: Path) -> None:
    stage, notes = Stage(), tmp_path / "notes"
    stage.bridge.stop("asked", "before")
    stage.bridge.condemn(Stop("asked", "before"))
    stage.robot.hand = HomingHand(PANDA, notes)  # type: ignore[assignment]
    errors: list[Exception] = []

    def home() -> None:
        try:
            stage.bridge.home_gripper()
        except RobotError as error:
            errors.append(error)

    thread = threading.Thread(target=home)
    thread.start()
    wait_until(notes.exists)
    time.sleep(0.1)
    assert notes.read_text() == HOMES
    stage.bridge.condemn(Stop("asked", "bridge/stop was called"))
    thread.join(PROMPTLY_S)
    assert notes.read_text() == STANDS and "broken off" in str(errors[0])
    assert stage.bridge.counts["home_gripper.refused"] == 1


@dataclass
class Homing:
    """A bridge in a process of its own whose hand homes."""

    supervisor: Supervisor
    node: Node
    notes: Path
    asked: Future | None = None

    def said(self) -> str:
        return self.notes.read_text() if self.notes.exists() else ""

    def spin(self) -> None:
        rclpy.spin_once(self.node, timeout_sec=0.02)

    def begins(self, client: Client) -> bool:
        """Ask again where that was refused, as by a bridge that is not active yet."""
        if self.asked is None or self.asked.done():
            self.asked = client.call_async(Trigger.Request())
        self.spin()
        return self.said() == HOMES

    def refused(self) -> str:
        """Return why it was ended."""
        asked = self.asked
        assert asked is not None
        wait_until(lambda: self.spin() or asked.done(), PROMPTLY_S)
        answer: Trigger.Response | None = asked.result()
        assert answer is not None and not answer.success
        return str(answer.message)


def describe(folder: Path) -> Path:
    text = find_resource("calibration/robots", "panda").read_text(encoding="utf-8")
    backend = {"kind": HomingRobot.__module__, "settings": {"notes": str(folder / "notes")}}
    described = folder / "homing.yaml"
    described.write_text(yaml.safe_dump({**yaml.safe_load(text), "backend": backend}), encoding="utf-8")
    return described


@pytest.fixture
def homing(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Homing]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(repository), os.environ.get("PYTHONPATH")])))
    given = LaunchArguments(robot=str(describe(tmp_path)), record=False)
    with running(tmp_path, {"bridge"}, given) as supervisor, ros_node("person") as node:
        client = node.create_client(Trigger, "bridge/home_gripper")
        wait_until(client.service_is_ready)
        made = Homing(supervisor, node, tmp_path / "notes")
        wait_until(lambda: made.begins(client))
        yield made


def test_bridge_stop_ends_it_and_says_so_to_who_homed(homing: Homing) -> None:
    stop = homing.node.create_client(Trigger, "bridge/stop")
    wait_until(stop.service_is_ready)
    stop.call_async(Trigger.Request())
    assert "broken off" in homing.refused()
    assert homing.said() == STANDS


def test_a_bridge_that_is_deactivated_ends_it(homing: Homing) -> None:
    change = homing.node.create_client(ChangeState, "bridge/change_state")
    wait_until(change.service_is_ready)
    change.call_async(ChangeState.Request(transition=Transition(id=Transition.TRANSITION_DEACTIVATE)))
    wait_until(lambda: homing.spin() or homing.said() == STANDS, PROMPTLY_S)


def test_an_interrupt_ends_it_and_the_process(homing: Homing) -> None:
    process = homing.supervisor.process("bridge")
    process.send_signal(signal.SIGINT)
    process.wait(PROMPTLY_S)
    assert homing.said() == STANDS
