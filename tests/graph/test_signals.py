"""A request to end waits for what must not be interrupted, and is not forgotten."""

import signal

import pytest

from diffpol_ros.graph.signals import deferred_signals


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
