"""Whatever chunks, states and times come in: nothing that is not finite or outside the limits is ever sent."""

import dataclasses

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diffpol_ros.control.follower import ArmingError
from diffpol_ros.control.room import Room
from diffpol_ros.control.verdict import Hold, Stop
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import ActionChunk, RobotState
from tests.control.arm import DOWN, HOME, PANDA, START_NS, STEP_NS, Episode, near_home

ROOM = Room(PANDA)
WORDS = ("step", "chunk", "again", "odd state", "jump", "veto", "stop", "rearm")
NUMBER = st.one_of(st.floats(-0.3, 0.3), st.sampled_from([np.nan, np.inf, -np.inf, 1e300, -1e9]))
NEAR = st.floats(-0.3, 0.3)
EVENT = st.tuples(st.sampled_from(WORDS), st.tuples(*[NEAR] * 3), NUMBER, st.floats(-2.0, 2.0), st.integers(1, 25))
Event = tuple[str, tuple[float, float, float], float, float, int]


class Trouble:
    """Lets events befall an episode and keeps what was observed."""

    def __init__(self) -> None:
        self.episode = Episode()
        self._last: ActionChunk | None = None

    def befall(self, event: Event) -> None:
        word, offset, number, seconds, ticks = event
        episode = self.episode
        if word == "chunk":
            self._last = self._chunk(offset, number, seconds)
        if word in ("chunk", "again") and self._last is not None:
            episode.accept(self._last)
        if word == "jump":
            episode.clock.advance(seconds)
        if word == "odd state":
            self._odd_state(number, seconds, ticks)
        if word == "veto":
            episode.step(veto=Hold("policy_silent", "nothing is heard"))
        if word == "stop":
            episode.follower.stop("asked", "by a test")
        if word == "rearm":
            self._rearm()
        episode.run(0.01 * ticks)

    def _chunk(self, offset: tuple[float, float, float], number: float, seconds: float) -> ActionChunk:
        now_ns = self.episode.clock.now_ns()
        share = np.linspace(0.2, 1.0, 5)[:, None]
        positions = HOME.position + share * np.array(offset)
        widths = np.full(5, 0.05)
        if abs(number) > 0.25 or not np.isfinite(number):
            positions[2, 0], widths[1] = number, number
        observed_ns = now_ns + min(to_ns(seconds), 0) // 2
        stamps = tuple(now_ns + (index + 1) * STEP_NS for index in range(5))
        return ActionChunk(observed_ns, stamps, positions, np.tile(DOWN, (5, 1)), widths)

    def _odd_state(self, number: float, seconds: float, ticks: int) -> None:
        def odd(state: RobotState) -> RobotState:
            joints = np.array(state.joint_positions)
            joints[ticks % 7] += number
            return dataclasses.replace(state, joint_positions=joints, stamp_ns=state.stamp_ns + to_ns(seconds))

        self.episode.step(odd)

    def _rearm(self) -> None:
        self.episode.follower.reset()
        try:
            self.episode.enable()
        except ArmingError:
            return


@settings(max_examples=40)
@given(st.lists(EVENT, min_size=1, max_size=12))
@pytest.mark.filterwarnings("ignore:overflow")
def test_nothing_unsafe_is_sent_whatever_comes(events: list[Event]) -> None:
    trouble = Trouble()
    for event in events:
        trouble.befall(event)
    sent = np.array([target.joint_positions for target in trouble.episode.arm.sent]).reshape(-1, 7)
    assert np.isfinite(sent).all()
    assert all(0.0 <= target.gripper_width <= 0.08 for target in trouble.episode.arm.sent)
    if len(sent):
        placement = ROOM.body.at(sent)
        tolerance = trouble.episode.follower.settings.workspace_tolerance
        assert min(float(guard.clearances(placement).min()) for guard in ROOM.guards) >= -tolerance
    seconds = 1e-9 * np.diff([float(target.stamp_ns - START_NS) for target in trouble.episode.arm.sent])[:, None]
    assert (np.abs(np.diff(sent, axis=0)) <= PANDA.limits.velocity * seconds + 1e-9).all()


@settings(max_examples=25)
@given(st.lists(EVENT.filter(lambda event: event[0] != "rearm"), min_size=1, max_size=6))
@pytest.mark.filterwarnings("ignore:overflow")
def test_after_a_stop_nothing_is_sent_until_reset_and_enable(events: list[Event]) -> None:
    trouble = Trouble()
    trouble.befall(("chunk", (0.0, 0.05, -0.05), 0.0, 0.0, 10))
    stop = trouble.episode.follower.stop("asked", "by a test")
    count = len(trouble.episode.arm.sent)
    for event in events:
        trouble.befall(event)
    assert len(trouble.episode.arm.sent) == count
    assert trouble.episode.follower.stopped == stop
    with pytest.raises(ArmingError, match="reset and enable"):
        trouble.episode.enable()
    trouble.episode.follower.reset()
    assert trouble.episode.step() == Hold("not_enabled", "not enabled")


@settings(max_examples=20)
@example(-0.301)
@example(0.301)
@example(10.0)
@given(st.floats(-3600.0, 3600.0).filter(lambda seconds: abs(seconds) > 0.3))
def test_no_jump_of_time_revives_an_old_chunk(seconds: float) -> None:
    episode = Episode()
    old = episode.chunk(*(near_home(0.0, 0.01 * index, 0.0) for index in range(1, 6)))
    episode.accept(old)
    assert isinstance(episode.run(0.6)[-1], Hold)
    count = len(episode.arm.sent)
    episode.clock.advance(seconds)
    episode.accept(old)
    verdicts = episode.run(0.6)
    assert len(episode.arm.sent) == count
    assert all(isinstance(verdict, Hold | Stop) for verdict in verdicts)
