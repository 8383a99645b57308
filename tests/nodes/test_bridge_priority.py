"""The bridge's loop may run before all other threads, where the machine allows it."""

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.nodes import bridge_loop


def test_a_priority_that_is_refused_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(bridge_loop.os, "sched_setscheduler", refuse)
    assert bridge_loop.claim_priority(0) == ""
    assert "ulimit -r 20" in bridge_loop.claim_priority(20)
