"""A thread wakes the executor of a node, as long as there is one."""

import pytest

pytest.importorskip("rclpy")

from rclpy.executors import SingleThreadedExecutor

from diffpol_ros.nodes.session import ros_node
from diffpol_ros.nodes.wake import Wake

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros")]


def test_what_is_asked_for_is_done_by_the_executor_until_it_is_closed() -> None:
    calls: list[int] = []
    with ros_node("sleeper") as node:
        executor = SingleThreadedExecutor(context=node.context)
        executor.add_node(node)
        wake = Wake(node, lambda: calls.append(1))
        wake()
        executor.spin_once(timeout_sec=1.0)
        assert calls == [1]
        wake()
        wake.close()
        executor.spin_once(timeout_sec=0.1)
        assert calls == [1]
        executor.shutdown()


def test_an_executor_that_was_shut_down_is_not_woken() -> None:
    with ros_node("sleeper") as node:
        executor = SingleThreadedExecutor(context=node.context)
        executor.add_node(node)
        wake = Wake(node, lambda: None)
        executor.shutdown()
        wake()
