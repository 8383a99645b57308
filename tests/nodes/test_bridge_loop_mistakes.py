"""The loop keeps no mistake to itself, and goes on after each that somebody was told of."""

from collections.abc import Iterator
from queue import Queue

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.nodes.bridge_loop import BridgeLoop, Defect
from diffpol_ros.nodes.bridge_pace import SteadyPace
from tests.nodes.bridge_ticks import DEADLINE_S, Ticks, looping


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def mistakes() -> "Queue[Exception]":
    return Queue()


@pytest.fixture
def loop(ticks: Ticks, mistakes: "Queue[Exception]") -> Iterator[BridgeLoop]:
    with looping(ticks, mistakes.put) as made:
        yield made


def test_a_mistake_goes_to_whoever_stops_the_arm_and_the_loop_goes_on(
    loop: BridgeLoop, ticks: Ticks, mistakes: "Queue[Exception]"
) -> None:
    ticks.mistake = ZeroDivisionError("a mistake")
    loop.start(SteadyPace(0.002))
    assert mistakes.get(timeout=DEADLINE_S) is mistakes.get(timeout=DEADLINE_S) is ticks.mistake
    ticks.mistake = None

    def mistaken() -> None:
        raise KeyError("another")

    with pytest.raises(Defect, match="KeyError"):
        loop.run(mistaken)
    loop.run(lambda: None)
    loop.check()
    told = mistakes.get(timeout=DEADLINE_S)
    while not isinstance(told, KeyError):
        told = mistakes.get(timeout=DEADLINE_S)


def test_a_mistake_of_which_nobody_can_be_told_is_raised_where_the_loop_is_asked(ticks: Ticks) -> None:
    def untold(error: Exception) -> None:
        raise error

    loop = BridgeLoop(ticks, untold)
    ticks.mistake = ZeroDivisionError("a mistake")
    loop.start(SteadyPace(0.002))
    with pytest.raises(ZeroDivisionError):
        loop.run(lambda: None)
    with pytest.raises(ZeroDivisionError):
        loop.check()
    loop.stop()
