"""Listens to the estimates of some objects for a while, and keeps when each arrived."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from geometry_msgs.msg import PoseWithCovarianceStamped
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.noise.recording import Recording
from diffpol_ros.nodes.messages import from_estimate_message
from diffpol_ros.nodes.quality import EVENTS

FIRST_DEADLINE_S = 20.0
SPIN_S = 0.05


class NoiseListener:
    """Subscribes `node` to objects/<name>/pose of each name."""

    def __init__(self, node: Node, names: Sequence[str]) -> None:
        """Begin to listen; nothing is kept before `listen`."""
        self._node = node
        self._heard: dict[str, list[tuple[ObjectEstimate, int]]] = {name: [] for name in names}
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(node)
        for name in names:
            take = partial(self._take, name)
            node.create_subscription(PoseWithCovarianceStamped, f"objects/{name}/pose", take, EVENTS)

    def listen(self, seconds: float, progress: Callable[[float], None] = lambda passed: None) -> list[Recording]:
        """Return what came within `seconds` [s] after every object was heard of, in the order of the names."""
        self._spin(lambda: all(self._heard.values()), FIRST_DEADLINE_S, progress=lambda passed: None)
        silent = [name for name, heard in self._heard.items() if not heard]
        if silent:
            topic = f"{self._node.get_namespace().rstrip('/')}/objects/{silent[0]}/pose"
            raise ResourceError(
                f"no estimate on {topic} within {FIRST_DEADLINE_S:.0f} s: does the graph run, in this ROS domain, "
                "and is the object in view?"
            )
        for heard in self._heard.values():
            heard.clear()
        self._spin(lambda: False, seconds, progress)
        return [
            Recording.of([estimate for estimate, _ in heard], [arrival_ns for _, arrival_ns in heard])
            for heard in self._heard.values()
        ]

    def close(self) -> None:
        """Let go of the node."""
        self._executor.shutdown()

    def _spin(self, done: Callable[[], bool], seconds: float, progress: Callable[[float], None]) -> None:
        begin = time.monotonic()
        while not done() and time.monotonic() - begin < seconds:
            self._executor.spin_once(timeout_sec=SPIN_S)
            progress(time.monotonic() - begin)

    def _take(self, name: str, message: PoseWithCovarianceStamped) -> None:
        arrival_ns = int(self._node.get_clock().now().nanoseconds)
        self._heard[name].append((from_estimate_message(name, message), arrival_ns))
