"""A node is spun by what takes the least, is woken from threads, and leaves a guest's process its signals."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

rclpy = pytest.importorskip("rclpy")

from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402

from diffpol_ros.nodes import quick_executor  # noqa: E402
from diffpol_ros.nodes.ending import Ending  # noqa: E402
from diffpol_ros.nodes.wake import Wake  # noqa: E402

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("system")]


@pytest.fixture
def node() -> Iterator[Node]:
    rclpy.init()
    node = rclpy.create_node("woken")
    yield node
    node.destroy_node()
    rclpy.try_shutdown()


def test_where_ros_has_no_events_executor_another_spins_until_the_end(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_executor, "EventsExecutor", None)
    executor = quick_executor.quick_executor(node.context)
    assert isinstance(executor, SingleThreadedExecutor)
    executor.add_node(node)
    node.create_timer(0.02, node.context.try_shutdown)
    with contextlib.suppress(ExternalShutdownException):
        Ending().spin(executor, node.context)
    assert not node.context.ok()


def test_what_a_thread_asks_for_is_done_by_what_spins_the_node(node: Node) -> None:
    done_by: list[threading.Thread] = []
    wake = Wake(node, lambda: done_by.append(threading.current_thread()))
    wake()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    asking = threading.Thread(target=wake)
    asking.start()
    asking.join()
    end = time.monotonic() + 10.0
    while not done_by and time.monotonic() < end:
        executor.spin_once(timeout_sec=0.1)
    assert done_by == [threading.current_thread()]
    wake()
    wake.close()
    executor.spin_once(timeout_sec=0.1)
    executor.shutdown()
    assert len(done_by) == 1


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT interrupt: a shell has its background jobs ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_guest_leaves_the_signals_to_the_process(node: Node) -> None:
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1.0)

    with quick_executor.guest_executor(node.context) as executor:
        executor.add_node(node)
        executor.spin_once(timeout_sec=0.01)
        with pytest.raises(KeyboardInterrupt):
            interrupt()
    del executor
    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert node.context.ok()
