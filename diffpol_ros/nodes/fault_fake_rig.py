"""The real bridge node with a scripted robot and a scripted policy, all in this process."""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import rclpy
import yaml
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from trajectory_msgs.msg import MultiDOFJointTrajectory

from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.resources import find_resource
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.faults.audit import STRAY_M, Audit, Received
from diffpol_ros.faults.rig import Answer, RigError, Seen
from diffpol_ros.faults.scripted_robot import ScriptedRobot, Workshop
from diffpol_ros.faults.shifted_clock import ShiftedClock
from diffpol_ros.nodes.bridge_node import BridgeNode
from diffpol_ros.nodes.fault_operator import Operator
from diffpol_ros.nodes.fault_policy import FaultPolicy
from diffpol_ros.nodes.quality import EVENTS

SWITCH_INTERVAL = 0.0005
START_S = 20.0
OLDEST_S = 0.05
MOVING_TARGETS = 25
BACKEND = {"kind": "diffpol_ros.faults.scripted_robot", "settings": {}}


class _Bridge(BridgeNode):
    """The bridge, whose wall clock a fault may set."""

    def __init__(self, clock: ShiftedClock) -> None:
        super().__init__()
        self._wall = clock

    def _anchored_clock(self) -> AnchoredClock:
        return AnchoredClock(self._wall)


class BridgeRig:
    """Implements `faults.rig.FakeRig`."""

    name = "fake"

    def __init__(self, operator: Operator, policy: FaultPolicy, robot: ScriptedRobot, clock: ShiftedClock) -> None:
        """Join what `fake_rig` started."""
        self.robot, self.policy = robot, policy
        self._operator, self._clock = operator, clock
        settings = FollowerSettings()
        self._audit = Audit(robot.description, settings.period, STRAY_M, OLDEST_S)

    def now_ns(self) -> int:
        """Return the steady time [ns]."""
        return self._operator.now_ns()

    def wait(self, condition: Callable[[], object], deadline_s: float, what: str) -> None:
        """Return when `condition` holds; RigError at the deadline."""
        self._operator.wait(condition, deadline_s, what)

    def wait_until(self, end_ns: int, condition: Callable[[], object]) -> None:
        """Return at the steady time `end_ns`, or when `condition` holds."""
        self._operator.wait_until(end_ns, condition)

    def enable(self, deadline_s: float) -> None:
        """Enable, again and again until the bridge consents."""
        self._operator.enable(deadline_s)

    def call(self, service: str) -> Answer:
        """Call a service; the scripted policy's own is always content."""
        return Answer(True, "") if service == "policy/reset" else self._operator.call(service)

    def verdicts(self) -> Sequence[Seen]:
        """Return the gate's verdicts since the trial began."""
        return self._operator.verdicts()

    def begin(self) -> None:
        """Mend everything, enable where need be, and wait until the arm has followed for a while."""
        self.robot.mend()
        self.robot.latched = ""
        self.policy.mend()
        for service in ("bridge/stop", "bridge/reset"):
            self._demand(service)
        self.robot.forget_sent()
        self.policy.forget()
        self._operator.forget()
        self._operator.enable(START_S)
        self.wait(self._moves, START_S, "a moving arm")

    def unsafe(self) -> Sequence[str]:
        """Return what is wrong with what the scripted robot received."""
        sent = self.robot.sent
        received = [
            Received(
                each.target.stamp_ns,
                each.target.joint_positions,
                each.target.gripper_width,
                to_seconds(each.known_ns - each.target.stamp_ns),
            )
            for each in list(sent)
        ]
        stops = [seen.stamp_ns for seen in self.verdicts() if seen.word == "STOP"]
        return self._audit.complaints(received, stops)

    def restart(self) -> None:
        """Refuse: nothing here ever has to be."""
        raise RigError("the fake rig is not restarted")

    def jump_clock(self, by_s: float) -> None:
        """Set the wall clock of bridge, robot and policy forward by `by_s` [s]."""
        self._clock.jump(by_s)

    def add_publisher(self) -> Callable[[], None]:
        """Add a second publisher of action_chunk; the returned function removes it."""
        rival = self._operator.node.create_publisher(MultiDOFJointTrajectory, "action_chunk", EVENTS)

        def remove() -> None:
            self._operator.node.destroy_publisher(rival)

        return remove

    def _demand(self, service: str) -> None:
        answer = self._operator.call(service)
        if not answer.success:
            raise RigError(f"{service} refuses: {answer.message}")

    def _moves(self) -> bool:
        """Tell whether the arm has followed for a while and follows now."""
        verdicts = self.verdicts()
        return bool(verdicts) and verdicts[-1].code == "command" and len(self.robot.sent) > MOVING_TARGETS


@contextmanager
def fake_rig(folder: Path, health: Callable[[], None] = lambda: None) -> Iterator[BridgeRig]:
    """Give the rig, its robot described in `folder`; ROS must be neither initialised nor needed elsewhere."""
    clock = ShiftedClock()
    Workshop.clock = clock
    described = _describe(folder)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    with ExitStack() as stack:
        stack.callback(sys.setswitchinterval, interval)
        arguments = ["--ros-args", "--disable-stdout-logs", "-p", f"robot:={described}"]
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
        stack.callback(rclpy.try_shutdown)
        stack.enter_context(_spinning_bridge(clock))
        assert Workshop.robot is not None
        operator = Operator(Node("operator", use_global_arguments=False), health)
        policy = FaultPolicy(load_robot_description(str(described)), clock)
        operator.add(policy)
        operator.start()
        stack.callback(policy.destroy_node)
        stack.callback(operator.node.destroy_node)
        stack.callback(operator.close)
        operator.wait(lambda: policy.subscribers == 1 and operator.verdicts(), START_S, "the bridge's first verdict")
        yield BridgeRig(operator, policy, Workshop.robot, clock)


@contextmanager
def _spinning_bridge(clock: ShiftedClock) -> Iterator[_Bridge]:
    bridge = _Bridge(clock)
    executor = SingleThreadedExecutor()
    thread = threading.Thread(target=_spin, args=(executor,), name="bridge", daemon=True)
    try:
        bridge.start()
        executor.add_node(bridge)
        thread.start()
        yield bridge
    finally:
        executor.shutdown()
        if thread.is_alive():
            thread.join(timeout=5.0)
        bridge.close()


def _spin(executor: SingleThreadedExecutor) -> None:
    try:
        executor.spin()
    except ExternalShutdownException:
        return


def _describe(folder: Path) -> Path:
    """Write the panda's description with the scripted robot in its place."""
    text = find_resource("calibration/robots", "panda").read_text(encoding="utf-8")
    described = folder / "scripted.yaml"
    described.write_text(yaml.safe_dump({**yaml.safe_load(text), "backend": BACKEND}), encoding="utf-8")
    return described
