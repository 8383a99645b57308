"""A tick that hangs blocks nobody who posts, and what waits behind it is refused at the end."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.control.follower import ArmingError
from diffpol_ros.nodes import bridge_loop
from diffpol_ros.nodes.bridge_loop import BridgeLoop
from diffpol_ros.nodes.bridge_pace import ReleasedPace, SteadyPace
from tests.nodes.bridge_ticks import DEADLINE_S, Ticks, looping


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def loop(ticks: Ticks) -> Iterator[BridgeLoop]:
    with looping(ticks, Queue().put) as made:
        yield made


def test_what_waits_behind_a_call_that_hangs_is_refused_at_the_end(loop: BridgeLoop, ticks: Ticks) -> None:
    ticks.let.clear()
    loop.start(SteadyPace(0.002))
    assert ticks.ticked.wait(DEADLINE_S)
    done: list[str] = []
    with ThreadPoolExecutor(2) as others:
        asked = others.submit(loop.run, lambda: done.append("enabled"))
        loop.post(lambda: done.append("posted"))
        ended = others.submit(loop.stop)
        with pytest.raises(ArmingError):
            asked.result(DEADLINE_S)
        ticks.let.set()
        assert ended.result(DEADLINE_S)
    assert done == ["posted"]


def test_a_call_that_never_returns_is_given_up_and_its_thread_ends_with_it(
    loop: BridgeLoop, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge_loop, "LONGEST_END_S", 0.05)
    ticks.let.clear()
    loop.start(SteadyPace(0.002))
    assert ticks.ticked.wait(DEADLINE_S)
    hung = loop._thread
    assert hung is not None and not loop.stop()
    loop.start(ReleasedPace())
    ticks.let.set()
    hung.join(DEADLINE_S)
    assert not hung.is_alive() and ticks.count == 1


def test_posting_to_a_loop_that_hangs_blocks_nobody(loop: BridgeLoop, ticks: Ticks) -> None:
    ticks.let.clear()
    loop.start(SteadyPace(0.002))
    assert ticks.ticked.wait(DEADLINE_S)
    done = threading.Event()
    loop.post(done.set)
    assert not done.is_set()
    ticks.let.set()
    assert done.wait(DEADLINE_S)
