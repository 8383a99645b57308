"""Action chunks in, joint targets to the robot; the deadman of the graph."""

import gc
from dataclasses import dataclass

from rclpy.timer import Timer
from std_srvs.srv import Trigger
from trajectory_msgs.msg import MultiDOFJointTrajectory

from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.control.follower import Follower
from diffpol_ros.control.loop_timing import LoopTiming
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Hold, Stop, Verdict
from diffpol_ros.core.clock import SteadyClock
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.settings import setting
from diffpol_ros.nodes.bridge import Bridge
from diffpol_ros.nodes.bridge_topics import BridgeTopics, verdict_report
from diffpol_ros.nodes.diagnostics import Level, Report
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.messages import from_chunk_message
from diffpol_ros.nodes.quality import EVENTS
from diffpol_ros.nodes.ros_clock import RosClock
from diffpol_ros.robots.backends import Address, open_robot
from diffpol_ros.robots.link import RobotLink

COMPLAINT_PERIOD_S = 2.0
PUBLISHER_CHECK_TICKS = 10


@dataclass(frozen=True)
class BridgeParameters(FollowerSettings):
    """Which robot, where, and how it moves. Empty host and port 0 mean: what the robot's description says."""

    robot: str = setting("panda", description="robot description: a name in calibration/robots/ or a file")
    robot_host: str = setting("", description="host of the robot's servers")
    arm_port: int = setting(0, description="port of the arm's server", minimum=0, maximum=65535)
    gripper_port: int = setting(0, description="port of the gripper's server", minimum=0, maximum=65535)

    @property
    def address(self) -> Address:
        """Where the robot is, where that was chosen."""
        return Address(self.robot_host, self.arm_port, self.gripper_port)


class BridgeNode(StageNode[BridgeParameters]):
    """Runs the bridge at a steady rate in one thread, beside its services."""

    parameters_kind = BridgeParameters

    def __init__(self) -> None:
        """Create the node; the robot is looked for when it is active."""
        super().__init__("bridge")
        self._steady = SteadyClock()
        self._timing = LoopTiming()
        self._verdict: Verdict = Hold("not_active", "not active")
        self._timer: Timer | None = None
        self._topics: BridgeTopics | None = None
        self._ticks = 0

    def configure(self) -> None:
        """Read the robot's description and connect to the graph."""
        self._description = load_robot_description(self.parameters.robot)
        robot = open_robot(self._description, self.parameters.address)
        follower = Follower(self._description, robot, self.parameters)
        self._bridge = Bridge(RobotLink(robot), follower, self._anchored_clock())
        self._topics = BridgeTopics(self, self._description, follower.kinematics)
        self._chunks = self.create_subscription(MultiDOFJointTrajectory, "action_chunk", self._on_chunk, EVENTS)
        self._offered = [
            self.create_service(Trigger, "bridge/enable", self._on_enable),
            self.create_service(Trigger, "bridge/stop", self._on_stop),
            self.create_service(Trigger, "bridge/reset", self._on_reset),
        ]

    def activate(self) -> None:
        """Start the loop."""
        # What exists now stays: the collector need not look through it while the arm moves.
        gc.collect()
        gc.freeze()
        self._timer = self.create_timer(self.parameters.period, self._tick, clock=self.loop_clock())

    def deactivate(self) -> None:
        """End the controller: the robot holds where it is."""
        if self._timer is not None:
            self.destroy_timer(self._timer)
            self._timer = None
            self._bridge.stop("deactivated", "the bridge node was deactivated")
            gc.unfreeze()

    def cleanup(self) -> None:
        """Hang up and leave the graph."""
        if self._topics is None:
            return
        self._topics.close()
        self._topics = None
        self._bridge.close()
        self.destroy_subscription(self._chunks)
        while self._offered:
            self.destroy_service(self._offered.pop())

    def _anchored_clock(self) -> AnchoredClock:
        simulated = RosClock(self.get_clock())
        return AnchoredClock(simulated, simulated) if self.simulated else AnchoredClock()

    def report(self) -> Report:
        """Say what the gate says, how evenly the loop runs and what was refused."""
        summary = self._timing.summary()
        values = {
            **verdict_report(self._verdict).values,
            "rate_hz": summary.rate,
            "period_ms.median": summary.median_ms,
            "period_ms.p99": summary.p99_ms,
            "period_ms.worst": summary.worst_ms,
            "robot.losses": self._bridge.link.losses,
            **{name: self._bridge.follower.counts[name] for name in sorted(self._bridge.follower.counts)},
        }
        if not self._bridge.link.connected:
            return Report.error(f"no robot: {self._bridge.link.complaint}", values)
        broken = isinstance(self._verdict, Stop)
        return Report(Level.ERROR if broken else Level.OK, verdict_report(self._verdict).message, values)

    def _tick(self) -> None:
        if self._topics is None:
            return
        self._timing.tick(self._steady.now_ns())
        self._ticks += 1
        if self._ticks % PUBLISHER_CHECK_TICKS == 0:
            self._check_publishers()
        tick = self._bridge.tick()
        if tick.state is not None:
            self._topics.state(tick.state)
        self._topics.verdict(tick.verdict, tick.now_ns)
        self._tell(tick.verdict)

    def _tell(self, verdict: Verdict) -> None:
        if isinstance(verdict, Stop) and verdict != self._verdict:
            self.get_logger().error(f"stopped: {verdict.reason}")
        elif not self._bridge.link.connected:
            self.get_logger().warning(self._bridge.link.complaint, throttle_duration_sec=COMPLAINT_PERIOD_S)
        self._verdict = verdict

    def _on_chunk(self, message: MultiDOFJointTrajectory) -> None:
        self._check_publishers()
        try:
            if message.header.frame_id != self._description.base_frame:
                raise ValueError(f"its frame is {message.header.frame_id!r}, expected {self._description.base_frame!r}")
            refusal = self._bridge.accept(from_chunk_message(message))
        except ValueError as error:
            self._bridge.refuse_malformed(f"malformed action_chunk: {error}")
            return
        if refusal is not None and self._bridge.follower.enabled:
            self.get_logger().warning(refusal.reason, throttle_duration_sec=COMPLAINT_PERIOD_S)

    def _check_publishers(self) -> None:
        if not self._bridge.follower.enabled or self.count_publishers("action_chunk") < 2:
            return
        publishers = self.get_publishers_info_by_topic("action_chunk")
        names = ", ".join(sorted(f"{each.node_namespace.rstrip('/')}/{each.node_name}" for each in publishers))
        self._bridge.stop("two_publishers", f"action_chunk has {len(publishers)} publishers: {names}; leave one")

    def _on_enable(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        try:
            self._bridge.enable()
        except DiffpolError as error:
            response.success, response.message = False, str(error)
            return response
        self._check_publishers()
        response.success, response.message = True, "the arm follows chunks observed from now on"
        return response

    def _on_stop(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._bridge.stop("asked", "bridge/stop was called")
        response.success, response.message = True, "stopped; to move again, reset and enable"
        return response

    def _on_reset(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._bridge.reset()
        response.success, response.message = True, "disabled, nothing latched"
        return response


def main() -> None:
    """Run the bridge."""
    run_node(BridgeNode)


if __name__ == "__main__":
    main()
