"""Plays the policy node: chunks along a circle, ten times a second, and the heartbeat."""

import math
import secrets
from collections.abc import Callable, Sequence

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped
from rclpy.node import Node
from trajectory_msgs.msg import MultiDOFJointTrajectory

from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.policy_watch import Heartbeat
from diffpol_ros.core.clock import Clock, to_ns, to_seconds
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import ActionChunk
from diffpol_ros.nodes.heartbeat import TOPIC, to_heartbeat_message
from diffpol_ros.nodes.messages import from_stamp, to_chunk_message
from diffpol_ros.nodes.quality import EVENTS, STATES

CHUNK_PERIOD_S, BEAT_PERIOD_S, STEP_S, ACTIONS = 0.1, 0.04, 0.1, 8
RADIUS, TURN_S = 0.04, 2.0
WIDTH = 0.06


class FaultPolicy(Node):
    """Implements `faults.rig.ScriptedPolicy`. The circle is one of time, so the arm is never at rest on it."""

    def __init__(self, description: RobotDescription, clock: Clock) -> None:
        """Turn around the home pose of `description`; `clock` tells the wall time."""
        super().__init__("policy", use_global_arguments=False)
        self._description, self._wall = description, clock
        self._home = Kinematics(description).forward(description.home_positions)
        self._observed_ns = 0
        self._sent: list[ActionChunk] = []
        self.instance, self.digest = secrets.token_hex(8), secrets.token_hex(32)
        self.mend()
        self._chunks = self.create_publisher(MultiDOFJointTrajectory, "action_chunk", EVENTS)
        self._beats = self.create_publisher(DiagnosticArray, TOPIC, EVENTS)
        self.create_subscription(PoseStamped, "end_effector_pose", self._on_pose, STATES)
        self.create_timer(CHUNK_PERIOD_S, self._on_chunk_due)
        self.create_timer(BEAT_PERIOD_S, self._on_beat_due)

    @property
    def published(self) -> Sequence[ActionChunk]:
        """The chunks published since `forget`."""
        return list(self._sent)

    @property
    def subscribers(self) -> int:
        """How many listen to the chunks."""
        return int(self._chunks.get_subscription_count())

    def forget(self) -> None:
        """Forget what was published."""
        self._sent.clear()

    def mend(self) -> None:
        """Be sound again."""
        self.edit: Callable[[ActionChunk], ActionChunk | None] = lambda chunk: chunk
        self.unfit, self.silent, self.lifeless = "", False, False

    def publish(self, chunk: ActionChunk) -> None:
        """Publish `chunk`."""
        self._sent.append(chunk)
        self._chunks.publish(to_chunk_message(chunk, self._description.base_frame))

    def next_chunk(self) -> ActionChunk:
        """Return the stretch of the circle that begins now, observed at the robot's newest tick."""
        stamps = tuple(self._observed_ns + (index + 1) * to_ns(STEP_S) for index in range(ACTIONS))
        angles = np.array([math.tau * to_seconds(stamp % to_ns(TURN_S)) / TURN_S for stamp in stamps])
        offsets = RADIUS * np.stack([np.cos(angles), np.sin(angles), np.zeros(ACTIONS)], axis=1)
        return ActionChunk(
            observation_stamp_ns=self._observed_ns,
            stamps_ns=stamps,
            positions=self._home.position + offsets,
            quaternions=np.tile(self._home.quaternion, (ACTIONS, 1)),
            gripper_widths=np.full(ACTIONS, WIDTH),
        )

    def _on_pose(self, message: PoseStamped) -> None:
        self._observed_ns = from_stamp(message.header.stamp)

    def _on_chunk_due(self) -> None:
        if self.silent or not self._observed_ns:
            return
        chunk = self.edit(self.next_chunk())
        if chunk is not None:
            self.publish(chunk)

    def _on_beat_due(self) -> None:
        if self.lifeless:
            return
        beat = Heartbeat(
            instance=self.instance,
            model="scripted",
            digest=self.digest,
            robot=self._description.name,
            base_frame=self._description.base_frame,
            step_s=STEP_S,
            fit=not self.unfit,
            reason=self.unfit,
        )
        self._beats.publish(to_heartbeat_message(beat, "policy", self._wall.now_ns()))
