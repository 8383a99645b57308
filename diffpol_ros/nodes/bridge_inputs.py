"""What the bridge listens to: chunks, the policy's heartbeat, and how many speak."""

import threading
from dataclasses import replace
from functools import partial

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from trajectory_msgs.msg import MultiDOFJointTrajectory

from diffpol_ros.bridge.bridge import Bridge
from diffpol_ros.control.follower import ArmingError
from diffpol_ros.control.policy_watch import Heartbeat
from diffpol_ros.control.publisher_watch import Publisher, PublisherWatch
from diffpol_ros.control.verdict import Hold, Stop
from diffpol_ros.core.clock import Clock
from diffpol_ros.core.errors import ObservationError
from diffpol_ros.core.types import ActionChunk
from diffpol_ros.nodes.bridge_loop import BridgeLoop
from diffpol_ros.nodes.diagnostics import process_of
from diffpol_ros.nodes.heartbeat import TOPIC, from_heartbeat_message
from diffpol_ros.nodes.messages import from_chunk_message
from diffpol_ros.nodes.peer_process import PeerProcess
from diffpol_ros.nodes.quality import EVENTS

COMPLAINT_PERIOD_S = 2.0
CHUNKS = "action_chunk"
ENDED = "its process has ended"


class BridgeInputs:
    """Hears in the executor's thread, and hands on to the bridge's."""

    def __init__(self, node: Node, bridge: Bridge, loop: BridgeLoop, frame: str, clock: Clock) -> None:
        """Subscribe `node`; chunks must be in the robot base frame `frame`, `clock` never jumps."""
        self._node, self._bridge, self._loop = node, bridge, loop
        self._frame, self._clock = frame, clock
        self._offers, self._lock = PublisherWatch(CHUNKS), threading.Lock()
        self._last: Heartbeat | None = None
        self._dead = ""
        self._process = PeerProcess(node, self._on_end)
        self._subscriptions = [
            node.create_subscription(MultiDOFJointTrajectory, CHUNKS, self._on_chunk, EVENTS),
            node.create_subscription(DiagnosticArray, TOPIC, self._on_heartbeat, EVENTS),
        ]

    def close(self) -> None:
        """Listen no more."""
        while self._subscriptions:
            self._node.destroy_subscription(self._subscriptions.pop())
        self._process.close()

    def _warn(self, complaint: str) -> None:
        self._node.get_logger().warning(complaint, throttle_duration_sec=COMPLAINT_PERIOD_S)

    def check_publishers(self) -> None:
        """Stop an arm that is offered chunks by two, and hold one while nobody knows by whom."""
        found = self._rivals()
        self._bridge.stops.hold(found if isinstance(found, Hold) else None)
        if isinstance(found, Stop) and self._bridge.follower.enabled:
            self._bridge.condemn(found)

    def require_one_publisher(self) -> None:
        """Raise ArmingError where two offer chunks."""
        found = self._rivals()
        if found is not None:
            raise ArmingError(found.reason)

    def _on_heartbeat(self, message: DiagnosticArray) -> None:
        try:
            beat = from_heartbeat_message(message)
        except ObservationError as error:
            self._bridge.counts["policy.malformed"] += 1
            self._warn(str(error))
            return
        if beat.instance == self._dead:
            # Said before it ended, and heard after that.
            return
        self._process.follow(process_of(message))
        was_fit = self._last is not None and self._last.fit
        self._last = beat
        self._hand_on(beat, urgent=was_fit and not beat.fit)

    def _on_end(self, _: str) -> None:
        """Speak for a policy whose process is gone: of its silence one would know only when it has lasted."""
        beat = self._last
        if beat is not None:
            self._dead = beat.instance
            # Why it was unfit before says why it ended.
            reason = ENDED if beat.fit else f"{beat.reason}; {ENDED}"
            self._hand_on(replace(beat, fit=False, reason=reason), urgent=True)

    def _hand_on(self, beat: Heartbeat, urgent: bool) -> None:
        """Tell the bridge; an arm that is to brake does not wait for the next tick."""
        self._loop.post(partial(self._bridge.hear, beat, self._clock.now_ns()), urgent=urgent)

    def _on_chunk(self, message: MultiDOFJointTrajectory) -> None:
        self.check_publishers()
        try:
            if message.header.frame_id != self._frame:
                raise ValueError(f"its frame is {message.header.frame_id!r}, expected {self._frame!r}")
            chunk = from_chunk_message(message)
        except ValueError as error:
            self._loop.post(partial(self._bridge.refuse_malformed, f"malformed {CHUNKS}: {error}"))
            return
        self._loop.post(partial(self._accept, chunk))

    def _accept(self, chunk: ActionChunk) -> None:
        refusal = self._bridge.accept(chunk)
        if refusal is not None and self._bridge.follower.enabled:
            self._warn(refusal.reason)

    def _rivals(self) -> Hold | Stop | None:
        with self._lock:
            return self._look_for_rivals()

    def _look_for_rivals(self) -> Hold | Stop | None:
        if self._node.count_publishers(CHUNKS) < 2:
            return self._offers.judge((), self._clock.now_ns())
        infos = self._node.get_publishers_info_by_topic(CHUNKS)
        offered = [
            Publisher(f"{each.node_namespace.rstrip('/')}/{each.node_name}", bytes(each.endpoint_gid).hex())
            for each in infos
        ]
        return self._offers.judge(offered, self._clock.now_ns())
