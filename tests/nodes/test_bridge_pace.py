"""The loop's pace is even, makes up for nothing that it missed, and may be hurried."""

from types import SimpleNamespace

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.nodes.bridge_pace import SteadyPace


class Hurrying:
    """Stands for what wakes a pace: notes for how long that would have waited, and lets the time pass."""

    def __init__(self) -> None:
        self.now, self.hurried = 100.0, False
        self.waited: list[float] = []

    def set(self) -> None:
        self.hurried = True

    def clear(self) -> None:
        self.hurried = False

    def wait(self, seconds: float) -> bool:
        self.waited.append(0.0 if self.hurried else seconds)
        self.now += self.waited[-1]
        return self.hurried


@pytest.fixture
def hurrying(monkeypatch: pytest.MonkeyPatch) -> Hurrying:
    made = Hurrying()
    monkeypatch.setattr("diffpol_ros.nodes.bridge_pace.time", SimpleNamespace(monotonic=lambda: made.now))
    monkeypatch.setattr("diffpol_ros.nodes.bridge_pace.threading", SimpleNamespace(Event=lambda: made))
    return made


def test_hurrying_moves_no_later_tick(hurrying: Hurrying) -> None:
    pace = SteadyPace(1.0)
    assert pace()
    hurrying.now += 0.25
    pace.hurry()
    assert pace() and pace() and pace()
    assert hurrying.waited == [0.0, 0.0, 0.75, 1.0]


def test_what_was_missed_is_left_out(hurrying: Hurrying) -> None:
    pace = SteadyPace(1.0)
    assert pace()
    hurrying.now += 5.5
    assert pace() and pace()
    assert hurrying.waited == [0.0, 0.0, 0.5]
