"""The loop's pace is even, makes up for nothing that it missed, and may be hurried."""

import time

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.nodes.bridge_pace import SteadyPace


def test_hurrying_moves_no_later_tick() -> None:
    pace, began = SteadyPace(1.0), time.monotonic()
    assert pace()
    pace.hurry()
    assert pace() and time.monotonic() - began < 1.0
    assert pace() and time.monotonic() - began >= 1.0


def test_what_was_missed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now, waited = [100.0], list[float]()
    monkeypatch.setattr("diffpol_ros.nodes.bridge_pace.time.monotonic", lambda: now[0])
    pace = SteadyPace(1.0)
    monkeypatch.setattr(pace._hurried, "wait", waited.append)
    assert pace()
    now[0] = 105.5
    assert pace() and pace()
    assert waited == [0.0, 0.0, 0.5]
