"""Listening to a running graph: what came, and when."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

pytest.importorskip("rclpy")

from geometry_msgs.msg import PoseWithCovarianceStamped
from rclpy.node import Node

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.types import ObjectEstimate, Pose
from diffpol_ros.nodes import noise_listener
from diffpol_ros.nodes.messages import to_estimate_message
from diffpol_ros.nodes.noise_listener import NoiseListener
from diffpol_ros.nodes.quality import EVENTS
from diffpol_ros.nodes.session import ros_node

pytestmark = pytest.mark.ros
DELAY_NS, PERIOD_S = to_ns(0.03), 0.01
PLACE = np.array([0.5, 0.1, 0.03])


@contextmanager
def talking(node: Node) -> Iterator[None]:
    """Publish estimates, exposed a while ago, from a thread of their own."""
    publisher = node.create_publisher(PoseWithCovarianceStamped, "objects/block/pose", EVENTS)
    enough = threading.Event()

    def talk() -> None:
        while not enough.wait(PERIOD_S):
            stamp_ns = int(node.get_clock().now().nanoseconds) - DELAY_NS
            pose = Pose(PLACE, np.array([0.0, 0.0, 0.0, 1.0]))
            estimate = ObjectEstimate("block", stamp_ns, pose, np.eye(6))
            publisher.publish(to_estimate_message(estimate, "panda_link0"))

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def test_estimates_are_kept_with_the_time_of_their_arrival() -> None:
    with ros_node("listener") as node, talking(node):
        listener = NoiseListener(node, ["block"])
        recording = listener.listen(3.0)[0]
        listener.close()
    assert recording.name == "block" and len(recording.stamps_ns) >= 50
    np.testing.assert_allclose(recording.positions, np.tile(PLACE, (len(recording.stamps_ns), 1)))
    assert recording.arrivals_ns is not None
    delays = recording.arrivals_ns - recording.stamps_ns
    assert DELAY_NS <= np.median(delays) < DELAY_NS + to_ns(0.5)


def test_silence_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise_listener, "FIRST_DEADLINE_S", 0.2)
    with ros_node("listener", "lab") as node:
        listener = NoiseListener(node, ["block"])
        with pytest.raises(ResourceError, match="no estimate on /lab/objects/block/pose within 0 s: does the graph"):
            listener.listen(0.1)
        listener.close()
