"""A request to end waits for what must not be interrupted, and is not forgotten."""

import signal
from collections.abc import Iterator

import pytest

from diffpol_ros.graph.signals import deferred_signals


@pytest.fixture
def _python_interrupts() -> Iterator[None]:
    """Let Python hear SIGINT, whatever another test of this process left: rclpy takes it over while a context lives."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_python_interrupts")
def test_an_interrupt_takes_effect_after_the_context() -> None:
    done = []

    def interrupted_work() -> None:
        with deferred_signals():
            signal.raise_signal(signal.SIGINT)
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        interrupted_work()
    assert done


def test_handlers_are_as_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with deferred_signals():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
