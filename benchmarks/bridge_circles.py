"""A policy that draws circles, for benchmarks of the live bridge: chunks in, the arm enabled, no heartbeat."""

import time
from collections.abc import Callable

import numpy as np
import rclpy
from geometry_msgs.msg import PoseStamped
from rclpy.node import Node
from std_srvs.srv import Trigger
from trajectory_msgs.msg import MultiDOFJointTrajectory

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import ActionChunk, Pose
from diffpol_ros.nodes.messages import from_pose_message, from_stamp, to_chunk_message
from diffpol_ros.nodes.quality import EVENTS, STATES

READY_S = 60.0
CHUNK_S = 0.4
ACTIONS = 8
STEP_NS = to_ns(0.1)
RADIUS = 0.05
TURN_S = 3.0


class Circles(Node):
    """Sends a chunk every 0.4 s, observed at the newest pose."""

    def __init__(self) -> None:
        """Connect; nothing moves yet."""
        super().__init__("circles")
        self._pose: PoseStamped | None = None
        self._home: Pose | None = None
        self._start_ns = 0
        self._chunks = self.create_publisher(MultiDOFJointTrajectory, "action_chunk", EVENTS)
        self.create_subscription(PoseStamped, "end_effector_pose", self._on_pose, STATES)
        self._enable = self.create_client(Trigger, "bridge/enable")

    def run(self, seconds: float) -> tuple[int, int]:
        """Draw for `seconds`; return from when to when of the performance counter [ns]."""
        self._wait(lambda: self._pose is not None and self._enable.service_is_ready(), "the bridge's poses")
        assert self._pose is not None
        self._home = from_pose_message(self._pose.pose)
        answer = self._enable.call_async(Trigger.Request())
        self._wait(answer.done, "bridge/enable")
        result = answer.result()
        assert result is not None and result.success, result
        self._start_ns = from_stamp(self._pose.header.stamp)
        timer = self.create_timer(CHUNK_S, self._send)
        began_ns = time.perf_counter_ns()
        end = time.monotonic() + seconds
        self._wait(lambda: time.monotonic() > end, "the end", seconds + 1.0)
        self.destroy_timer(timer)
        return began_ns, time.perf_counter_ns()

    def _on_pose(self, message: PoseStamped) -> None:
        self._pose = message

    def _send(self) -> None:
        assert self._pose is not None and self._home is not None
        observed_ns = from_stamp(self._pose.header.stamp)
        stamps_ns = tuple(observed_ns + STEP_NS * index for index in range(1, ACTIONS + 1))
        angles = 2.0 * np.pi * (np.array(stamps_ns) - self._start_ns) * 1e-9 / TURN_S
        circle = RADIUS * np.stack((0.0 * angles, np.sin(angles), np.cos(angles) - 1.0), axis=1)
        chunk = ActionChunk(
            observed_ns,
            stamps_ns,
            self._home.position + circle,
            np.tile(self._home.quaternion, (ACTIONS, 1)),
            np.full(ACTIONS, 0.08),
        )
        self._chunks.publish(to_chunk_message(chunk, self._pose.header.frame_id))

    def _wait(self, condition: Callable[[], bool], what: str, deadline_s: float = READY_S) -> None:
        end = time.monotonic() + deadline_s
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"{what} did not come within {deadline_s:.0f} s")
            rclpy.spin_once(self, timeout_sec=0.1)
