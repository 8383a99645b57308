"""Tells on policy/status, steadily and at once when it changes, whether the policy may be followed."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock
from rclpy.duration import Duration
from rclpy.node import Node

from diffpol_ros.control.policy_watch import Heartbeat
from diffpol_ros.core.clock import SteadyClock, to_ns
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.nodes.heartbeat import TOPIC, to_heartbeat_message
from diffpol_ros.nodes.quality import EVENTS
from diffpol_ros.policy.bundle import Bundle

LOOK_PERIOD_S = 0.02
BEAT_PERIOD_NS = to_ns(0.04)
LAST_WORDS_S = 0.5


class PolicyHeartbeat:
    """Beats from a timer of its own, from `configure` on, also while an inference runs."""

    def __init__(self, node: Node, model: str, clock: Clock, distrust: Callable[[], str]) -> None:
        """Beat as `node` for `model`, timed by `clock`; `distrust` says why the policy is unfit, if it is."""
        self._node, self._clock, self._distrust = node, clock, distrust
        self._beat = Heartbeat(secrets.token_hex(8), model, "", "", "", 0.0, fit=False, reason="its bundle is read")
        self._told_ns: int | None = None
        self._publisher = node.create_publisher(DiagnosticArray, TOPIC, EVENTS)
        self._timer = node.create_timer(LOOK_PERIOD_S, self.look, clock=clock)

    def verified(self, bundle: Bundle) -> None:
        """Speak for a verified bundle from now on."""
        manifest = bundle.manifest
        self._beat = replace(
            self._beat,
            model=manifest.name,
            digest=bundle.digest,
            robot=manifest.robot,
            base_frame=manifest.action.frame,
            step_s=manifest.step_s,
        )

    @contextmanager
    def last_words(self) -> Iterator[None]:
        """Say why the policy was refused, where it is, before the process ends; wait a little until that is heard."""
        try:
            yield
        except DiffpolError as error:
            self._beat = replace(self._beat, digest="", fit=False, reason=str(error))
            steady = SteadyClock()
            deadline_ns = steady.now_ns() + to_ns(LAST_WORDS_S)
            while not self._publisher.get_subscription_count() and steady.now_ns() < deadline_ns:
                time.sleep(LOOK_PERIOD_S)
            self._publish()
            self._publisher.wait_for_all_acked(Duration(seconds=LAST_WORDS_S))
            raise

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
        self._publish()

    def close(self) -> None:
        """Beat no more."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._publisher)

    def _publish(self) -> None:
        stamp_ns = int(self._node.get_clock().now().nanoseconds)
        self._publisher.publish(to_heartbeat_message(self._beat, self._node.get_name(), stamp_ns))
