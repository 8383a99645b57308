"""A node's process ends when it is told to, in good order."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("rclpy")

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("system")]
Talker = Callable[..., subprocess.Popen[str]]
PROGRAM = """
import signal
import sys
import time
from dataclasses import dataclass

from diffpol_ros.core.errors import RobotError
from diffpol_ros.nodes import ending
from diffpol_ros.nodes.lifecycle import StageNode, run_node


@dataclass(frozen=True)
class Nothing:
    pass


def toil():
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
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
            toil()
            print("toiled", flush=True)

    def activate(self):
        if "start slowly" in sys.argv:
            print("starting", flush=True)
            signal.pause()

    def cleanup(self):
        if "toil" in sys.argv:
            print("cleaning", flush=True)
            toil()
        print("cleaned up", flush=True)


if "impatient" in sys.argv:
    ending.PATIENCE_S = 0.0
# The tests themselves may run under nohup.
signal.signal(signal.SIGHUP, signal.SIG_IGN if "nohup" in sys.argv else signal.SIG_DFL)
run_node(Talker)
"""


@pytest.fixture
def talker() -> Iterator[Talker]:
    """Give a function that starts the program; none is left running."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PROGRAM, *words]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_process_in_good_order(talker: Talker, told: signal.Signals) -> None:
    process = talker()
    assert process.stdout is not None and process.stdout.readline() == "alive\n"
    os.kill(process.pid, told)
    printed, _ = process.communicate(timeout=20)
    assert process.returncode == 0, printed
    assert printed.count("cleaned up") == 1 and "Traceback" not in printed


def test_what_nohup_started_outlives_its_terminal(talker: Talker) -> None:
    process = talker("nohup")
    assert process.stdout is not None and process.stdout.readline() == "alive\n"
    os.kill(process.pid, signal.SIGHUP)
    for _ in range(50):
        assert process.stdout.readline() == "alive\n"
    os.kill(process.pid, signal.SIGTERM)
    printed, _ = process.communicate(timeout=20)
    assert process.returncode == 0 and printed.endswith("cleaned up\n"), printed


def interrupted(talker: Talker, *words: str) -> subprocess.Popen[str]:
    """Return a process that was interrupted in a callback, has done that, and is busy with its clean-up."""
    process = talker("toil", *words)
    assert process.stdout is not None and process.stdout.readline() == "alive\n"
    os.kill(process.pid, signal.SIGINT)
    assert [process.stdout.readline() for _ in range(2)] == ["toiled\n", "cleaning\n"]
    return process


@pytest.mark.parametrize(("words", "again"), [((), signal.SIGINT), (("impatient",), signal.SIGTERM)])
def test_who_asks_twice_tears_neither_callback_nor_clean_up(
    talker: Talker, words: tuple[str, ...], again: signal.Signals
) -> None:
    process = interrupted(talker, *words)
    os.kill(process.pid, again)
    printed, _ = process.communicate(timeout=20)
    assert process.returncode == 0 and printed == "cleaned up\n"


def test_who_presses_ctrl_c_again_later_breaks_the_clean_up_off(talker: Talker) -> None:
    process = interrupted(talker, "impatient")
    os.kill(process.pid, signal.SIGINT)
    printed, _ = process.communicate(timeout=20)
    assert process.returncode != 0 and "cleaned up" not in printed


def test_a_start_is_broken_off(talker: Talker) -> None:
    process = talker("start slowly")
    assert process.stdout is not None and process.stdout.readline() == "starting\n"
    os.kill(process.pid, signal.SIGINT)
    printed, _ = process.communicate(timeout=20)
    assert process.returncode == 0 and printed == "cleaned up\n"


def test_what_a_callback_raises_ends_the_process_with_an_error(talker: Talker) -> None:
    process = talker("die")
    printed, _ = process.communicate(timeout=20)
    assert process.returncode == 1, printed
    assert "the talker is hoarse" in printed and "cleaned up" in printed
