"""The real bridge node with a scripted robot and a scripted policy, all in this process."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import rclpy
import yaml
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import SystemClock, to_seconds
from diffpol_ros.core.resources import find_resource
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.faults.audit import Audit
from diffpol_ros.faults.received import Received
from diffpol_ros.faults.rig import Answer, RigError
from diffpol_ros.faults.scripted_robot import Sent, Workshop
from diffpol_ros.faults.shifted_clock import ShiftedClock
from diffpol_ros.nodes.fault_bridge import BreakableBridge, spinning_bridge
from diffpol_ros.nodes.fault_operator import Operator
from diffpol_ros.nodes.fault_policy import FaultPolicy
from diffpol_ros.nodes.fault_rig import OperatedRig

SWITCH_INTERVAL = 0.0005
START_S = 20.0
OLDEST_S = 0.05
MOVING_TARGETS, MOVING_SPEED = 25, 0.02
LONGEST_DELAY_S = 0.1
BACKEND = {"kind": "diffpol_ros.faults.scripted_robot", "settings": {}}


class BridgeRig(OperatedRig):
    """Implements `faults.rig.FakeRig`."""

    name = "fake"

    def __init__(self, operator: Operator, policy: FaultPolicy, bridge: BreakableBridge, clock: ShiftedClock) -> None:
        """Join what `fake_rig` started."""
        assert Workshop.robot is not None
        self.robot, self.policy, self._bridge = Workshop.robot, policy, bridge
        super().__init__(operator, Audit(self.robot.description, FollowerSettings().period, OLDEST_S), slack_s=0.0)
        self._clock = clock

    @property
    def dead(self) -> str:
        """What ended the bridge, if anything did."""
        return self._bridge.death

    def call(self, service: str) -> Answer:
        """Call a service; the scripted policy's own is always content."""
        return Answer(True, "") if service == "policy/reset" else self._operator.call(service)

    def begin(self) -> None:
        """Mend everything, enable where need be, and wait until the arm has followed for a while."""
        self.robot.mend()
        self.robot.latched = ""
        self.policy.mend()
        self._demand(("bridge/stop", "bridge/reset"))
        self.robot.forget_sent()
        self.policy.forget()
        self._operator.forget()
        self._operator.enable(START_S)
        self.wait(self._moves, START_S, "a moving arm")
        self._pass_time(self._chance.uniform(0.0, LONGEST_DELAY_S))
        self.wait(self._moves, START_S, "a moving arm")

    def watch_stall(self) -> None:
        """Count from now on how long threads of this process wait."""
        self._starvation.begin()

    def received(self) -> Sequence[Received]:
        """Return what the scripted robot received, refused or not."""
        sent = list(self.robot.sent)
        # The wall clock may have been set: how old a target was is told by the steady one, against the youngest.
        youngest: dict[int, int] = {}
        for each in sent:
            youngest[each.run] = min(_delay_ns(each), youngest.get(each.run, _delay_ns(each)))
        return [
            Received(
                each.target.stamp_ns,
                each.target.joint_positions,
                each.target.gripper_width,
                to_seconds(_delay_ns(each) - youngest[each.run]),
                each.arrived_ns,
            )
            for each in sent
        ]

    def restart(self) -> None:
        """Refuse: nothing here ever has to be."""
        raise RigError("the fake rig is not restarted")

    def jump_clock(self, by_s: float) -> None:
        """Set the wall clock of bridge and policy forward by `by_s` [s]."""
        self._clock.jump(by_s)

    def break_kinematics(self, value: float) -> Callable[[], None]:
        """Let the inverse kinematics give `value`; the returned function mends them."""
        return self._bridge.break_kinematics(value)

    def _moves(self) -> bool:
        """Tell whether the arm has followed for a while and is under way now."""
        sent = self.robot.sent
        if len(sent) <= MOVING_TARGETS or not self._says_command():
            return False
        before, last = sent[-2].target, sent[-1].target
        moved = float(np.abs(last.joint_positions - before.joint_positions).max())
        return moved > MOVING_SPEED * to_seconds(last.stamp_ns - before.stamp_ns)


@contextmanager
def fake_rig(folder: Path, health: Callable[[], None] = lambda: None) -> Iterator[BridgeRig]:
    """Give the rig, its robot described in `folder`; ROS must be neither initialised nor needed elsewhere."""
    clock = ShiftedClock()
    # The robot's machine has a clock of its own.
    Workshop.clock = SystemClock()
    described = _describe(folder)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    with ExitStack() as stack:
        stack.callback(sys.setswitchinterval, interval)
        arguments = ["--ros-args", "--disable-stdout-logs", "-p", f"robot:={described}"]
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
        stack.callback(rclpy.try_shutdown)
        bridge = stack.enter_context(spinning_bridge(clock))

        def look() -> None:
            health()
            if bridge.death:
                raise RigError(f"the bridge died: {bridge.death}")

        operator = Operator(Node("operator", use_global_arguments=False), look)
        policy = FaultPolicy(load_robot_description(str(described)), clock)
        operator.add(policy)
        operator.start()
        stack.callback(policy.destroy_node)
        stack.callback(operator.node.destroy_node)
        stack.callback(operator.close)
        operator.wait(lambda: policy.subscribers == 1 and operator.verdicts(), START_S, "the bridge's first verdict")
        yield BridgeRig(operator, policy, bridge, clock)


def _delay_ns(sent: Sent) -> int:
    return sent.arrived_ns - sent.target.stamp_ns


def _describe(folder: Path) -> Path:
    """Write the panda's description with the scripted robot in its place."""
    text = find_resource("calibration/robots", "panda").read_text(encoding="utf-8")
    described = folder / "scripted.yaml"
    described.write_text(yaml.safe_dump({**yaml.safe_load(text), "backend": BACKEND}), encoding="utf-8")
    return described
