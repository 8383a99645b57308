"""Only one policy, fit, and with the bundle it was enabled for, moves the arm."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.control.policy_watch import REMEMBERED, Heartbeat, PolicyWatch
from diffpol_ros.control.verdict import Hold, Stop
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import ActionChunk
from tests.control.arm import DOWN

BEAT = Heartbeat("a", "block_lift", "d1", "panda", "panda_link0", 0.1, True)
OTHER = replace(BEAT, instance="b")
BEAT_NS = to_ns(0.05)


def armed() -> PolicyWatch:
    watch = PolicyWatch("panda", "panda_link0", 0.15)
    watch.hear(BEAT, 0)
    assert watch.missing(0) == ""
    watch.arm()
    return watch


def name_of(verdict: Hold | Stop | None) -> str:
    return verdict.name if verdict else ""


def test_a_policy_that_beats_and_is_fit_may_be_followed() -> None:
    watch = armed()
    for now_ns in range(0, 100 * BEAT_NS, BEAT_NS):
        watch.hear(BEAT, now_ns)
        assert watch.judge(now_ns + BEAT_NS) is None


def test_silence_holds_until_it_is_heard_again() -> None:
    watch = armed()
    assert watch.judge(to_ns(0.15)) is None
    assert watch.judge(to_ns(0.16)) == Hold("policy_silent", "the policy has been silent for 0.16 s")
    watch.hear(BEAT, to_ns(3.0))
    assert watch.judge(to_ns(3.0)) is None


def test_what_makes_it_unfit_is_told() -> None:
    watch = armed()
    watch.hear(replace(BEAT, fit=False, reason="object block is lost"), 1)
    assert watch.judge(1) == Hold("policy_unfit", "the policy is unfit: object block is lost")


def test_a_killed_policy_that_comes_back_is_followed_again() -> None:
    watch = armed()
    assert name_of(watch.judge(to_ns(1.0))) == "policy_silent"
    for now_ns in range(to_ns(1.0), to_ns(2.0), BEAT_NS):
        watch.hear(OTHER, now_ns)
        assert watch.judge(now_ns) is None


@given(offset_ns=st.integers(1, BEAT_NS - 1))
def test_two_that_beat_beside_each_other_stop_within_two_beats(offset_ns: int) -> None:
    watch = armed()
    watch.hear(OTHER, offset_ns)
    watch.hear(BEAT, BEAT_NS)
    verdict = watch.judge(BEAT_NS)
    assert isinstance(verdict, Stop) and verdict.name == "two_publishers"
    assert "block_lift (a) and block_lift (b)" in verdict.reason
    assert "leave one" in watch.missing(BEAT_NS)
    watch.hear(BEAT, BEAT_NS + to_ns(1.0))
    assert watch.missing(BEAT_NS + to_ns(1.0)) == ""


def test_another_bundle_stops_even_when_it_comes_with_a_new_process() -> None:
    watch = armed()
    watch.hear(replace(OTHER, digest="d2"), to_ns(1.0))
    assert name_of(watch.judge(to_ns(1.0))) == "bundle_changed"


@pytest.mark.parametrize(
    ("beat", "message"),
    [
        (None, "nothing arrives on policy/status"),
        (replace(BEAT, robot="fr3"), "for robot 'fr3', this is 'panda'"),
        (replace(BEAT, base_frame="world"), "frame 'world', the robot's base frame is 'panda_link0'"),
        (replace(BEAT, digest="", fit=False, reason="bad hash"), "has no verified bundle: bad hash"),
    ],
)
def test_what_is_missing_is_named(beat: Heartbeat | None, message: str) -> None:
    watch = PolicyWatch("panda", "panda_link0", 0.15)
    if beat is not None:
        watch.hear(beat, 0)
    assert message in watch.missing(0)


def test_an_unfit_policy_may_be_waited_for_but_a_silent_one_not() -> None:
    watch = armed()
    watch.hear(replace(BEAT, fit=False, reason="inactive"), 1)
    assert watch.missing(1) == ""
    assert "silent for 2.00 s" in watch.missing(to_ns(2.0) + 1)


def test_the_last_words_of_a_policy_that_went_are_told() -> None:
    watch = PolicyWatch("panda", "panda_link0", 0.15)
    watch.hear(replace(BEAT, digest="", fit=False, reason="denoiser.onnx: sha256 differs"), 0)
    assert "its last words: denoiser.onnx: sha256 differs" in watch.missing(to_ns(5.0))


def test_it_remembers_few_of_those_that_came_and_went() -> None:
    watch = armed()
    for index in range(100):
        watch.hear(replace(BEAT, instance=str(index)), index * to_ns(5.0))
    assert len(watch._lives) == REMEMBERED


@pytest.mark.parametrize(
    ("stamps_ms", "says"),
    [((100, 200, 300), ""), ((100, 101, 301), "0.2000 s apart"), ((100,), ""), ((100, 150, 200), "0.0500 s apart")],
)
def test_every_action_is_as_far_from_the_next_as_its_policy_says(stamps_ms: tuple[int, ...], says: str) -> None:
    """Pinned: only the mean was compared."""
    count = len(stamps_ms)
    stamps = tuple(1_000_000 * stamp for stamp in stamps_ms)
    actions = ActionChunk(0, stamps, np.zeros((count, 3)), np.tile(DOWN, (count, 1)), np.zeros(count))
    assert says in armed().misstep(actions) and bool(says) == bool(armed().misstep(actions))
