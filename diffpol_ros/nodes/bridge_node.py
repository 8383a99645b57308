"""Action chunks in, joint targets to the robot; the deadman of the graph."""

import gc

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.timer import Timer
from trajectory_msgs.msg import MultiDOFJointTrajectory

from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.control.follower import ArmingError, Follower
from diffpol_ros.control.loop_timing import LoopTiming
from diffpol_ros.control.policy_watch import PolicyWatch
from diffpol_ros.control.publisher_watch import PublisherWatch
from diffpol_ros.control.verdict import Hold, Stop, Verdict
from diffpol_ros.core.clock import Clock, SteadyClock
from diffpol_ros.core.errors import ObservationError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.nodes.bridge import Bridge
from diffpol_ros.nodes.bridge_parameters import BridgeParameters
from diffpol_ros.nodes.bridge_report import bridge_report
from diffpol_ros.nodes.bridge_services import BridgeServices
from diffpol_ros.nodes.bridge_topics import BridgeTopics
from diffpol_ros.nodes.diagnostics import Report
from diffpol_ros.nodes.heartbeat import TOPIC, from_heartbeat_message
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.messages import from_chunk_message
from diffpol_ros.nodes.quality import EVENTS
from diffpol_ros.nodes.ros_clock import RosClock
from diffpol_ros.robots.backends import open_robot
from diffpol_ros.robots.link import RobotLink

COMPLAINT_PERIOD_S = 2.0
PUBLISHER_CHECK_TICKS = 10
CHUNKS = "action_chunk"


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
        self._offers = PublisherWatch(CHUNKS)
        time, steady = self._clocks()
        self._bridge = Bridge(RobotLink(robot), follower, time, self._policy_watch(), steady)
        self._topics = BridgeTopics(self, self._description, follower.kinematics)
        self._heard = [
            self.create_subscription(MultiDOFJointTrajectory, CHUNKS, self._on_chunk, EVENTS),
            self.create_subscription(DiagnosticArray, TOPIC, self._on_heartbeat, EVENTS),
        ]
        self._asked = BridgeServices(self, self._bridge, lambda work: work(), self._require_one_publisher)

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
        self._asked.close()
        while self._heard:
            self.destroy_subscription(self._heard.pop())

    def report(self) -> Report:
        """Say what the gate says, how evenly the loop runs and what was refused."""
        return bridge_report(self._bridge, self._timing, self._verdict)

    def _clocks(self) -> tuple[AnchoredClock, Clock]:
        """Return the time of the chunks' stamps, and what durations are measured with."""
        if not self.simulated:
            return AnchoredClock(), self._steady
        simulated = RosClock(self.get_clock())
        return AnchoredClock(simulated, simulated), simulated

    def _policy_watch(self) -> PolicyWatch | None:
        silence = self.parameters.policy_silence
        return PolicyWatch(self._description.name, self._description.base_frame, silence) if silence else None

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
            self._warn(self._bridge.link.complaint)
        self._verdict = verdict

    def _warn(self, complaint: str) -> None:
        self.get_logger().warning(complaint, throttle_duration_sec=COMPLAINT_PERIOD_S)

    def _on_heartbeat(self, message: DiagnosticArray) -> None:
        try:
            self._bridge.hear(from_heartbeat_message(message))
        except ObservationError as error:
            self._bridge.counts["policy.malformed"] += 1
            self._warn(str(error))

    def _on_chunk(self, message: MultiDOFJointTrajectory) -> None:
        self._check_publishers()
        try:
            if message.header.frame_id != self._description.base_frame:
                raise ValueError(f"its frame is {message.header.frame_id!r}, expected {self._description.base_frame!r}")
            refusal = self._bridge.accept(from_chunk_message(message))
        except ValueError as error:
            self._bridge.refuse_malformed(f"malformed {CHUNKS}: {error}")
            return
        if refusal is not None and self._bridge.follower.enabled:
            self._warn(refusal.reason)

    def _rivals(self) -> str:
        if self.count_publishers(CHUNKS) < 2:
            return self._offers.rivals((), self._steady.now_ns())
        infos = self.get_publishers_info_by_topic(CHUNKS)
        names = [f"{each.node_namespace.rstrip('/')}/{each.node_name}" for each in infos]
        return self._offers.rivals(names, self._steady.now_ns())

    def _check_publishers(self) -> None:
        rivals = self._rivals()
        if rivals and self._bridge.follower.enabled:
            self._bridge.stop("two_publishers", rivals)

    def _require_one_publisher(self) -> None:
        rivals = self._rivals()
        if rivals:
            raise ArmingError(rivals)


def main() -> None:
    """Run the bridge."""
    run_node(BridgeNode)


if __name__ == "__main__":
    main()
