import threading

import pytest

from diffpol_ros.core.errors import RobotError
from diffpol_ros.robots.base import RobotUnreachable
from diffpol_ros.robots.libfranka.errand import Errand


def test_a_result_is_given_each_time_it_is_asked_for() -> None:
    errand = Errand("adding", lambda: 3)
    assert errand.result(5.0) == errand.result(5.0) == 3
    assert not errand.running


def test_whoever_waits_gives_up_and_may_come_back() -> None:
    go = threading.Event()
    errand = Errand("waiting", lambda: go.wait(5.0))
    with pytest.raises(RobotUnreachable, match=r"waiting takes more than 0\.01 s"):
        errand.result(0.01)
    assert errand.running
    go.set()
    assert errand.result(5.0) is True


def test_its_error_is_raised_where_it_is_waited_for() -> None:
    def fail() -> None:
        raise RobotError("no")

    errand = Errand("failing", fail)
    for _ in range(2):
        with pytest.raises(RobotError, match="no"):
            errand.result(5.0)


def test_what_nobody_expected_is_raised_there_too() -> None:
    with pytest.raises(ZeroDivisionError):
        Errand("dividing", lambda: 1 / 0).result(5.0)
