"""What the policy node listens to, joined into observations."""

from collections.abc import Callable
from functools import partial
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped
from rclpy.node import Node
from sensor_msgs.msg import JointState

from diffpol_ros.core.clock import Clock
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.nodes.diagnostics import process_of
from diffpol_ros.nodes.messages import from_estimate_message, from_pose_message, from_stamp, gripper_width
from diffpol_ros.nodes.object_status import blindness, from_status_message
from diffpol_ros.nodes.peer_process import PeerProcess
from diffpol_ros.nodes.quality import EVENTS, STATES
from diffpol_ros.policy.manifest.specs import ObservationSpec
from diffpol_ros.policy.stage.journaled import Journaled
from diffpol_ros.policy.stream_watch import StreamWatch

JOINTS, END_EFFECTOR, STATUS = "joint_states", "end_effector_pose", "objects/status"


class PolicyInputs:
    """The subscriptions of a policy; tells its stage what comes in, and what is wrong with a message."""

    def __init__(
        self,
        node: Node,
        spec: ObservationSpec,
        stage: Journaled,
        complain: Callable[[str], None],
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        """Subscribe `node` to what `spec` asks for; `clock` never jumps; `changed` is called with a new complaint."""
        self._changed = changed
        self._node, self._frame, self._clock = node, spec.frame, clock
        self._needs_status = bool(spec.objects)
        self._streams = {name: StreamWatch(name) for name in (JOINTS, END_EFFECTOR, STATUS)}
        self._blind = self._dead = ""
        self._process = PeerProcess(node, self._on_end)
        self._stage, self._complain = stage, complain
        subscribe = node.create_subscription
        self._subscriptions = [
            subscribe(JointState, JOINTS, self._on_joint_states, STATES),
            subscribe(PoseStamped, END_EFFECTOR, self._on_end_effector, STATES),
            subscribe(DiagnosticArray, STATUS, self._on_status, EVENTS),
        ]
        for name in spec.objects:
            callback = partial(self._on_object, name)
            self._subscriptions.append(subscribe(PoseWithCovarianceStamped, f"objects/{name}/pose", callback, EVENTS))

    def reset(self) -> None:
        """Forget how the streams flow, and who is dead."""
        self._dead = ""
        for stream in self._streams.values():
            stream.forget()

    def complaint(self) -> str:
        """Return what is wrong with what comes in now, or an empty text: streams that do not flow, blind cameras."""
        now_ns = self._clock.now_ns()
        complaints = (stream.complaint(now_ns) for stream in self._streams.values())
        if self._dead:
            return f"{STATUS} is silent: the process of estimation has ended"
        if self._needs_status and not self._streams[STATUS].begun:
            # Estimates may be heard before it. Without it nobody would know when they end.
            return f"{STATUS} has not arrived: does estimation run?"
        return self._blind or next((complaint for complaint in complaints if complaint), "")

    def close(self) -> None:
        """Unsubscribe."""
        self._process.close()
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def _on_joint_states(self, message: JointState) -> None:
        try:
            width = gripper_width(message)
        except DiffpolError as error:
            self._complain(str(error))
            return
        stamp_ns = from_stamp(message.header.stamp)
        if self._is_new(JOINTS, stamp_ns):
            self._stage.gripper(stamp_ns, width)

    def _on_end_effector(self, message: PoseStamped) -> None:
        stamp_ns = from_stamp(message.header.stamp)
        if self._in_frame(message, END_EFFECTOR) and self._is_new(END_EFFECTOR, stamp_ns):
            self._stage.end_effector(stamp_ns, from_pose_message(message.pose))

    def _on_object(self, name: str, message: PoseWithCovarianceStamped) -> None:
        if self._in_frame(message, f"objects/{name}/pose"):
            self._stage.object(from_estimate_message(name, message))

    def _on_status(self, message: DiagnosticArray) -> None:
        if not self._is_new(STATUS, from_stamp(message.header.stamp)):
            return
        process = process_of(message)
        if self._dead and process == self._dead:
            # Said before it ended, and heard after that.
            return
        self._process.follow(process)
        self._dead = ""
        self._stage.tracking(from_status_message(message))
        before, self._blind = self._blind, blindness(message)
        if self._blind != before:
            self._changed()

    def _on_end(self, process: str) -> None:
        """Take note that estimation is gone: of its silence one would know only when it has lasted."""
        self._dead = process
        self._changed()

    def _is_new(self, topic: str, stamp_ns: int) -> bool:
        return self._streams[topic].takes(stamp_ns, self._clock.now_ns())

    def _in_frame(self, message: Any, topic: str) -> bool:
        if message.header.frame_id != self._frame:
            self._complain(f"{topic} is in frame {message.header.frame_id!r}, the bundle asks for {self._frame!r}")
        return message.header.frame_id == self._frame
