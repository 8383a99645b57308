"""ROS in the calling process for as long as a context lasts: what the demo and the tests use."""

from collections.abc import Iterator
from contextlib import contextmanager

import rclpy
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions


@contextmanager
def ros_node(name: str, namespace: str = "") -> Iterator[Node]:
    """Give a node; Ctrl-C stays Python's own, and everything is released at the end."""
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = Node(name, namespace=namespace or None)
        try:
            yield node
        finally:
            node.destroy_node()
    finally:
        rclpy.try_shutdown()
