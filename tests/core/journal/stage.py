"""A small stage: it adds up what a clock and a sensor say, and can be asked to fail."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.errors import RobotError, RobotLate
from diffpol_ros.core.journal.outside import HeardClock, Outside
from diffpol_ros.core.journal.raised import Errors
from diffpol_ros.core.journal.reading import read_journals
from diffpol_ros.core.journal.transcript import Played, Transcript
from diffpol_ros.core.journal.values import Codec
from diffpol_ros.core.journal.writing import Journal
from diffpol_ros.core.types import Pose


@dataclass(frozen=True)
class Setup:
    """Under what the stage runs."""

    gain: float


CODEC, ERRORS = Codec((Setup, Pose)), Errors()


class Adder:
    def __init__(self, outside: Outside, clock: ManualClock, sensor: Callable[[], float], gain: float) -> None:
        self._outside, self._clock, self._sensor, self._gain = (
            outside,
            HeardClock(clock, outside, "steady"),
            sensor,
            gain,
        )
        self._sum = 0.0

    def add(self, more: float) -> Pose:
        now_ns = self._clock.now_ns()
        try:
            self._sum += self._gain * self._outside.ask("sensor", self._sensor, more)
        except RobotLate:
            self._sum = 0.0
        if self._sum > 1e6:
            raise RobotError(f"too much at {now_ns}")
        return Pose(np.array([self._sum, more, now_ns % 7]), np.array([0.0, 0.0, 0.0, 1.0]))


class Live:
    """The stage with its journal; `answers` are what its sensor says, in turn."""

    def __init__(self, *answers: float | Exception, gain: float = 0.3) -> None:
        self.clock = ManualClock(5)
        self.journal = Journal(CODEC, ERRORS, self.clock)
        self._answers = list(answers)
        self.adder = Adder(self.journal, self.clock, self._sensor, gain)
        self.texts = [self.journal.begin("adder", Setup(gain), {"numpy": "1"})]

    def _sensor(self) -> float:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def add(self, more: float) -> None:
        self.clock.advance(0.1)
        with contextlib.suppress(RobotError):
            self.journal.call("add", lambda: self.adder.add(more), more)
        self.texts += self.journal.take()


def replay(texts: list[str], gain: float | None = None) -> list[Played]:
    """Run what a journal holds again; the clock and the sensor of the new stage must not be asked."""
    (recorded,) = read_journals(texts)
    setup: Setup = CODEC.value(recorded.head.setup)
    transcript = Transcript(CODEC, ERRORS)

    def nobody() -> float:
        raise AssertionError("a replay asked the world")

    adder = Adder(transcript, ManualClock(), nobody, setup.gain if gain is None else gain)
    (stretch,) = recorded.stretches
    return [transcript.play(line, adder.add) for line in stretch.lines()]
