"""A node's process hears, is woken from threads, and ends when it is told to."""

import contextlib
import os
import signal
import subprocess
import sys
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
PROGRAM = """
import sys
import time
from dataclasses import dataclass

from diffpol_ros.core.errors import RobotError
from diffpol_ros.nodes.lifecycle import StageNode, run_node


@dataclass(frozen=True)
class Nothing:
    pass


class Talker(StageNode[Nothing]):
    parameters_kind = Nothing

    def __init__(self):
        super().__init__("talker")
        self.create_timer(0.02, self.talk)

    def talk(self):
        print("alive", flush=True)
        if "die" in sys.argv:
            self.failure = RobotError("the talker is hoarse")
            raise self.failure
        if "toil" in sys.argv:
            end = time.monotonic() + 0.5
            while time.monotonic() < end:
                pass
            print("toiled", flush=True)

    def activate(self):
        if "start slowly" in sys.argv:
            print("starting", flush=True)
            time.sleep(60.0)

    def cleanup(self):
        print("cleaned up", flush=True)


run_node(Talker)
"""


def talker(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.fixture
def node() -> Iterator[Node]:
    rclpy.init()
    node = rclpy.create_node("woken")
    yield node
    node.destroy_node()
    rclpy.try_shutdown()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process_in_good_order(told: signal.Signals) -> None:
    process = talker()
    assert process.stdout is not None and process.stdout.readline() == "alive\n"
    os.kill(process.pid, told)
    printed, _ = process.communicate(timeout=20)
    assert process.returncode == 0, printed
    assert printed.count("cleaned up") == 1 and "Traceback" not in printed


@pytest.mark.parametrize("times", [1, 2])
def test_an_interrupt_tears_no_callback_in_two(times: int) -> None:
    process = talker("toil")
    assert process.stdout is not None and process.stdout.readline() == "alive\n"
    time.sleep(0.1)
    for _ in range(times):
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.01)
    printed, _ = process.communicate(timeout=20)
    assert process.returncode == 0 and "FATAL" not in printed, printed
    assert printed == "toiled\ncleaned up\n"


def test_a_start_is_broken_off() -> None:
    process = talker("start slowly")
    assert process.stdout is not None and process.stdout.readline() == "starting\n"
    os.kill(process.pid, signal.SIGINT)
    printed, _ = process.communicate(timeout=20)
    assert process.returncode == 0 and printed == "cleaned up\n"


def test_what_a_callback_raises_ends_the_process_with_an_error() -> None:
    process = talker("die")
    printed, _ = process.communicate(timeout=20)
    assert process.returncode == 1, printed
    assert "the talker is hoarse" in printed and "cleaned up" in printed


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
