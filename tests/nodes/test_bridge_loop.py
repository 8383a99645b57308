"""The loop ticks by itself at its pace, and does between ticks what it is asked."""

import threading
from collections.abc import Iterator
from queue import Queue

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.control.follower import ArmingError
from diffpol_ros.core.errors import RobotError
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


def refuse() -> None:
    raise RobotError("not today")


def test_what_is_urgent_does_not_wait_for_the_next_tick(loop: BridgeLoop, ticks: Ticks) -> None:
    loop.start(SteadyPace(1000.0))
    assert ticks.ticked.wait(DEADLINE_S)
    ticks.ticked.clear()
    done = threading.Event()
    loop.post(done.set)
    assert not ticks.ticked.wait(0.1) and not done.is_set()
    loop.post(done.set, urgent=True)
    assert ticks.ticked.wait(DEADLINE_S) and done.is_set()
    assert ticks.count == 2


def test_its_end_does_not_wait_for_the_pace_and_one_tick_more_tells_of_it(loop: BridgeLoop, ticks: Ticks) -> None:
    loop.start(SteadyPace(1000.0))
    assert ticks.ticked.wait(DEADLINE_S)
    assert loop.stop()
    assert ticks.count == 2


def test_what_is_asked_is_done_in_its_thread_between_ticks(loop: BridgeLoop, ticks: Ticks) -> None:
    loop.start(SteadyPace(0.002))
    assert ticks.ticked.wait(DEADLINE_S)
    names: list[str] = []
    loop.run(lambda: names.append(threading.current_thread().name))
    assert names == ["bridge-loop"]
    with pytest.raises(RobotError, match="not today"):
        loop.run(refuse)
    loop.check()


def test_while_it_does_not_run_what_is_asked_is_refused_and_what_is_posted_done(loop: BridgeLoop) -> None:
    done: list[str] = []
    loop.post(lambda: done.append("posted"))
    for _ in range(2):
        with pytest.raises(ArmingError, match="not active"):
            loop.run(lambda: done.append("run"))
        loop.start(SteadyPace(0.002))
        loop.stop()
    assert done == ["posted"]


def test_a_flood_of_posts_keeps_no_tick_from_its_turn(loop: BridgeLoop, ticks: Ticks) -> None:
    over = threading.Event()

    def again() -> None:
        if not over.is_set():
            loop.post(again)

    loop.start(SteadyPace(0.002))
    loop.post(again)
    loop.run(ticks.ticked.clear)
    assert ticks.ticked.wait(DEADLINE_S)
    over.set()
    assert loop.stop()


def test_a_released_pace_ticks_once_a_release_and_serves_meanwhile(loop: BridgeLoop, ticks: Ticks) -> None:
    pace = ReleasedPace()
    loop.start(pace)
    loop.run(lambda: None)
    assert ticks.count == 0
    pace.release()
    assert ticks.ticked.wait(DEADLINE_S)
    loop.run(lambda: None)
    assert ticks.count == 1
