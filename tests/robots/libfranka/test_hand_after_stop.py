"""After a Stop, a loss or a reconnect the hand is ordered nothing until the arm follows again; no franky needed."""

import math
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from diffpol_ros.core.clock import SteadyClock
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.robots.base import RobotUnreachable
from diffpol_ros.robots.libfranka.hand import LibfrankaHand
from diffpol_ros.robots.libfranka.robot import LibfrankaRobot
from diffpol_ros.robots.libfranka.settings import LibfrankaSettings
from tests.robots.libfranka.scripted_franky import ScriptedFranky
from tests.waiting import wait_until

FR3 = load_robot_description("fr3")


@pytest.fixture
def franky(monkeypatch: pytest.MonkeyPatch) -> ScriptedFranky:
    made = ScriptedFranky()
    monkeypatch.setitem(sys.modules, "franky", made)
    return made


@pytest.fixture
def hand(franky: ScriptedFranky) -> Iterator[LibfrankaHand]:
    assert not franky.orders
    made = LibfrankaHand("nowhere", FR3.gripper, SteadyClock(), 5.0)
    made.connect()
    yield made
    made.close()


def look_twice(franky: ScriptedFranky) -> None:
    seen = franky.looks
    wait_until(lambda: franky.looks > seen + 2)


def test_fingers_that_a_person_opened_are_left_alone(hand: LibfrankaHand, franky: ScriptedFranky) -> None:
    hand.goto(0.04)
    wait_until(lambda: franky.orders == [("move", 0.04)])
    hand.forget_target()
    franky.width = 0.07
    look_twice(franky)
    assert franky.orders == [("move", 0.04)]


def test_what_waited_behind_another_order_is_dropped(hand: LibfrankaHand, franky: ScriptedFranky) -> None:
    franky.order.done = False
    hand.goto(0.04)
    wait_until(lambda: franky.orders == [("move", 0.04)])
    hand.goto(0.06)
    look_twice(franky)
    hand.forget_target()
    franky.order.done = True
    look_twice(franky)
    assert franky.orders == [("move", 0.04)]


def test_a_stop_while_the_last_order_is_looked_at_wins(hand: LibfrankaHand, franky: ScriptedFranky) -> None:
    class Stopped:
        """Is found done just as the arm stops."""

        def wait(self, _seconds: float) -> bool:
            hand.forget_target()
            return True

    hand._moving = Stopped()
    hand.goto(0.04)
    look_twice(franky)
    assert franky.orders == []


@pytest.mark.usefixtures("franky")
@pytest.mark.parametrize("end", ["stop", "lost", "close"])
def test_whatever_ends_the_following_lets_go_of_the_fingers_target(end: str) -> None:
    robot = LibfrankaRobot(FR3, settings())
    robot._why_stopped = ""
    robot._connection = connection()
    robot.hand.goto(0.04)
    if end == "lost":
        with pytest.raises(RobotUnreachable, match="gone"), robot._stopped_by_errors():
            raise RobotUnreachable("gone")
    else:
        getattr(robot, end)()
    assert math.isnan(robot.hand._target)


@pytest.mark.usefixtures("franky")
def test_an_error_while_following_stops_what_franky_follows_alone() -> None:
    """A tick that is no number ends the following here, but franky's own loop would go on to the last target."""
    robot = LibfrankaRobot(FR3, settings())
    asked: list[str] = []
    robot._connection = connection(lambda: asked.append("stop"))
    robot._why_stopped = ""
    with pytest.raises(RobotError, match="not finite"), robot._stopped_by_errors():
        raise RobotError("not finite")
    assert asked == ["stop"]
    robot.stop()
    assert asked == ["stop", "stop"]


def settings() -> LibfrankaSettings:
    return FR3.backend.settings.read(LibfrankaSettings)


def connection(begin_to_stop: Callable[[], None] = lambda: None) -> Any:
    """Return one over which everything succeeds."""
    reading = SimpleNamespace(time_ms=1)
    arm = SimpleNamespace(begin_to_stop=begin_to_stop, come_to_rest=lambda _: None, ended=lambda _: True)
    return SimpleNamespace(arm=arm, reader=SimpleNamespace(newest=lambda: reading, close=lambda _: None))
