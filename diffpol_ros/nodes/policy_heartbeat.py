"""Tells on policy/status, steadily and at once when it changes, whether the policy may be followed."""

import secrets
from collections.abc import Callable
from dataclasses import replace

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock
from rclpy.node import Node

from diffpol_ros.control.policy_watch import Heartbeat
from diffpol_ros.core.clock import to_ns
from diffpol_ros.nodes.heartbeat import TOPIC, to_heartbeat_message
from diffpol_ros.nodes.quality import EVENTS
from diffpol_ros.policy.bundle import Bundle

LOOK_PERIOD_S = 0.02
BEAT_PERIOD_NS = to_ns(0.05)


class PolicyHeartbeat:
    """Beats from a timer of its own, from `configure` on, also while an inference runs."""

    def __init__(self, node: Node, bundle: Bundle, clock: Clock, distrust: Callable[[], str]) -> None:
        """Beat as `node` for a verified bundle, timed by `clock`; `distrust` says why the policy is unfit, if it is."""
        self._node, self._clock, self._distrust = node, clock, distrust
        manifest = bundle.manifest
        self._beat = Heartbeat(
            instance=secrets.token_hex(8),
            model=manifest.name,
            digest=bundle.digest,
            robot=manifest.robot,
            base_frame=manifest.action.frame,
            step_s=manifest.step_s,
            fit=False,
        )
        self._told_ns: int | None = None
        self._publisher = node.create_publisher(DiagnosticArray, TOPIC, EVENTS)
        self._timer = node.create_timer(LOOK_PERIOD_S, self.look, clock=clock)

    def look(self) -> None:
        """Tell how the policy is, where that has changed or a beat is due."""
        reason = self._distrust()
        now_ns = int(self._clock.now().nanoseconds)
        same = (not reason, reason) == (self._beat.fit, self._beat.reason)
        # Half a look early: a beat that waits for the next one would be late by a whole.
        due_ns = BEAT_PERIOD_NS - to_ns(0.5 * LOOK_PERIOD_S)
        if same and self._told_ns is not None and 0 <= now_ns - self._told_ns < due_ns:
            return
        self._told_ns = now_ns
        self._beat = replace(self._beat, fit=not reason, reason=reason)
        stamp_ns = int(self._node.get_clock().now().nanoseconds)
        self._publisher.publish(to_heartbeat_message(self._beat, self._node.get_name(), stamp_ns))

    def close(self) -> None:
        """Beat no more."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._publisher)
