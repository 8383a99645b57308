"""The process that a topic comes from, and its end, told in the thread that spins the node."""

import queue
from collections.abc import Callable

from rclpy.node import Node

from diffpol_ros.core.process_life import ProcessWatch
from diffpol_ros.nodes.wake import Wake


class PeerProcess:
    """Watches whoever spoke last; all of it belongs to the executor's thread."""

    def __init__(self, node: Node, ended: Callable[[str], None]) -> None:
        """Let `ended` be called with the name of the process when it ends, by what spins `node`."""
        self._ended, self._name = ended, ""
        self._ends: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._wake = Wake(node, self._tell)
        self._watch = ProcessWatch(self._on_end)

    def follow(self, name: str) -> None:
        """Take note that a message came from process `name`."""
        self._name = name
        self._watch.follow(name)

    def close(self) -> None:
        """Watch nothing any more, and tell nothing."""
        self._wake.close()
        self._watch.close()

    def _on_end(self, name: str) -> None:
        """Called in a thread of its own."""
        self._ends.put(name)
        self._wake()

    def _tell(self) -> None:
        while not self._ends.empty():
            name = self._ends.get()
            # Another one may have spoken meanwhile.
            if name == self._name:
                self._ended(name)
