"""How a thread gets something done by the executor that spins a node."""

from collections.abc import Callable

from rclpy._rclpy_pybind11 import InvalidHandle
from rclpy.node import Node


class Wake:
    """Instead of a guard condition, which the events executor does not know."""

    def __init__(self, node: Node, callback: Callable[[], None]) -> None:
        """Let `callback` be called by what spins `node`."""
        self._node, self._callback = node, callback
        self._closed = False

    def __call__(self) -> None:
        """Ask for it, from any thread; who asks before the node is spun asks in vain."""
        executor = self._node.executor
        if executor is None or self._closed:
            return
        try:
            executor.create_task(self._run)
        except (InvalidHandle, AttributeError):
            # An executor that was shut down has no guard.
            if not getattr(executor, "_is_shutdown", False):
                raise

    def close(self) -> None:
        """Let nothing be called any more, not even what was asked for."""
        self._closed = True

    def _run(self) -> None:
        if not self._closed:
            self._callback()
