"""Signals become exceptions that close every context, and none is lost."""

import signal

import pytest

from diffpol_ros.cli.signals import orderly_exit


def test_ctrl_c_stays_a_keyboard_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt), orderly_exit():
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_requests_end_with_the_shells_code(number: int) -> None:
    with pytest.raises(SystemExit) as ended, orderly_exit():
        signal.raise_signal(number)
    assert ended.value.code == 128 + number


def test_a_swallowed_interrupt_is_raised_again() -> None:
    with orderly_exit() as ending:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            ending.check()
