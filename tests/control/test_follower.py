"""Episodes of the whole follower in time that is moved by hand."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.control.follower import ArmingError
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Command, Hold, Stop, Verdict
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.spatial import normalize_quaternion
from tests.control.arm import HOME, KINEMATICS, PANDA, START_NS, Episode, chunk, near_home, shares_of_limits

PERIOD = FollowerSettings().period
UPRIGHT = np.array([1.5, 0.0, 0.0, 0.0])
TURNED = np.array([0.2, 0.0, 0.1, 0.0, 0.1, 0.0, 0.2])
LINE = tuple(near_home(0.0, 0.012 * index, -0.012 * index) for index in range(1, 6))


def only(verdicts: list[Verdict], kind: type) -> bool:
    return all(isinstance(verdict, kind) for verdict in verdicts)


def test_a_chunk_is_followed_to_its_last_action_and_then_held() -> None:
    episode = Episode()
    assert episode.accept(episode.chunk(*LINE)) is None
    assert only(episode.run(0.5), Command)
    assert np.linalg.norm(episode.tool - LINE[-1]) < 0.002
    assert episode.arm.width == pytest.approx(0.05)
    verdicts = episode.run(0.5)
    assert isinstance(verdicts[-1], Hold) and verdicts[-1].reason == "the chunk is used up"
    assert np.linalg.norm(episode.tool - LINE[-1]) < 0.002


def test_a_hold_sends_nothing_and_replays_nothing() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    episode.run(1.0)
    count = len(episode.arm.sent)
    assert only(episode.run(2.0), Hold)
    assert len(episode.arm.sent) == count


def test_the_next_chunk_takes_over_in_mid_motion_without_a_jolt() -> None:
    """Pinned: joined at the chunk's arrival instead of at the last step, the arm paused for one step."""
    episode = Episode()

    def wave(time: float) -> np.ndarray:
        return near_home(0.0, 0.1 * np.sin(1.5 * time), -0.1 * (1 - np.cos(1.5 * time)))

    for index in range(10):
        times = 0.3 * index + 0.1 * np.arange(1, 6)
        assert episode.accept(episode.chunk(*(wave(time) for time in times))) is None
        assert only(episode.run(0.3), Command)
        assert np.linalg.norm(episode.tool - wave(0.3 * (index + 1))) < 0.001 + 0.004 * (index == 0)
    tools = np.array([KINEMATICS.forward(target.joint_positions).position for target in episode.arm.sent[30:]])
    accelerations = np.linalg.norm(np.diff(tools, 2, axis=0), axis=1) / PERIOD**2
    assert np.median(accelerations) < 0.5 and accelerations.max() < 1.0


@settings(max_examples=15)
@given(
    st.lists(
        st.lists(st.tuples(*[st.floats(-0.4, 0.4)] * 3, *[st.floats(-1, 1)] * 4), min_size=1, max_size=5),
        min_size=1,
        max_size=6,
    )
)
def test_no_chunks_make_the_arm_exceed_its_limits(chunks: list[list[tuple[float, ...]]]) -> None:
    check_limits(
        [
            (np.array([near_home(*row[:3]) for row in rows]), np.array([row[3:] for row in rows]) + UPRIGHT)
            for rows in chunks
        ]
    )


@pytest.mark.parametrize("seed", range(5))
def test_adversarial_chunks_do_not_make_the_arm_exceed_its_limits(seed: int) -> None:
    """Corners of the workspace, back and forth, turned about at random, as fast as the check of chunks lets through."""
    random = np.random.default_rng(seed)
    lower, upper = np.array(PANDA.workspace.lower), np.array(PANDA.workspace.upper)
    chunks = []
    for _ in range(12):
        corner = np.where(random.random(3) < 0.5, lower + 0.01, upper - 0.01)
        steps = np.linspace(0.0, 1.0, 6)[1:, None]
        positions = HOME.position + steps * (corner - HOME.position) * random.uniform(0.2, 1.0)
        chunks.append((positions, np.tile([1.0, 0, 0, 0], (5, 1)) + 0.7 * random.standard_normal((5, 4))))
    assert check_limits(chunks) > 100


def check_limits(chunks: list[tuple[np.ndarray, np.ndarray]]) -> int:
    """Follow chunks for 0.35 s each; return how many targets were sent, all within limits."""
    episode = Episode(FollowerSettings(maximum_action_turn=3.2))
    for positions, rotations in chunks:
        quaternions = np.array([normalize_quaternion(rotation) for rotation in rotations])
        episode.accept(chunk(episode.clock.now_ns(), positions, quaternions))
        episode.run(0.35)
    episode.run(1.0)
    sent = episode.arm.sent
    assert max(shares_of_limits(sent, PERIOD), default=0.0) <= 1.0
    joints = np.array([target.joint_positions for target in sent]).reshape(-1, 7)
    assert (joints >= np.array(PANDA.limits.lower)).all() and (joints <= np.array(PANDA.limits.upper)).all()
    return len(sent)


def test_the_same_calls_send_the_same_targets() -> None:
    runs = []
    for _ in range(2):
        episode = Episode()
        episode.accept(episode.chunk(*LINE))
        episode.run(1.0)
        runs.append(np.array([target.joint_positions for target in episode.arm.sent]))
    assert (runs[0] == runs[1]).all()


def test_a_disabled_arm_is_told_nothing() -> None:
    episode = Episode(enabled=False)
    refusal = episode.accept(episode.chunk(*LINE))
    assert refusal is not None and refusal.name == "disabled"
    assert episode.run(0.1)[-1] == Hold("not_enabled", "not enabled")
    assert episode.arm.sent == []


def test_chunks_observed_before_the_arm_was_enabled_are_counted_and_ignored() -> None:
    episode = Episode()
    refusal = episode.accept(episode.chunk(*LINE, age_s=0.05))
    assert refusal is not None and refusal.name == "before_enable"
    assert episode.follower.counts["chunk.before_enable"] == 1
    verdict = episode.step()
    assert isinstance(verdict, Hold) and "before the arm was enabled" in verdict.reason


def test_a_malformed_chunk_stops_and_nothing_more_is_sent() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    episode.run(0.2)
    count = len(episode.arm.sent)
    episode.accept(episode.chunk(near_home(np.nan, 0, 0)))
    assert episode.run(0.2)[-1] == Stop("not_finite", "the chunk's positions are not all finite")
    assert episode.accept(episode.chunk(*LINE)) is not None
    assert len(episode.arm.sent) == count


def test_a_stop_lasts_until_reset_and_enable_which_start_from_where_the_arm_is() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    episode.run(0.2)
    episode.follower.stop("asked", "by a test")
    with pytest.raises(ArmingError, match=r"stopped: by a test.*reset and enable"):
        episode.enable()
    episode.follower.reset()
    assert episode.step() == Hold("not_enabled", "not enabled")
    episode.arm.joints = PANDA.home_positions + TURNED
    episode.enable()
    assert isinstance(episode.step(), Hold)
    here = episode.tool
    episode.accept(episode.chunk(here + np.array([0.0, 0.0, 0.01])))
    count = len(episode.arm.sent)
    episode.run(0.1)
    assert np.abs(episode.arm.sent[count].joint_positions - (PANDA.home_positions + TURNED)).max() < 0.01


def test_a_clock_that_goes_back_stops_and_one_that_stands_holds() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    episode.step()
    state = episode.arm.state(episode.clock.now_ns())
    assert episode.follower.step(episode.clock.now_ns(), state) == Hold("no_time", "no time has passed")
    episode.clock.advance(-1.0)
    verdict = episode.follower.step(episode.clock.now_ns(), state)
    assert isinstance(verdict, Stop) and "went back" in verdict.reason


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stamp_ns": START_NS - to_ns(0.2)}, "0.200 s old"),
        ({"stamp_ns": START_NS + to_ns(0.2)}, "0.200 s old.*synchronised"),
        ({"joint_positions": np.full(7, np.nan)}, "not all finite"),
        ({"external_torques": np.full(7, 30.0)}, "something pushes joint 1"),
        ({"joint_velocities": np.full(7, 0.5)}, "0.50 rad/s: enable at rest"),
        ({"joint_positions": np.full(7, 3.5)}, "outside its joint limits"),
    ],
)
def test_an_arm_in_no_state_to_move_is_not_enabled(change: dict[str, object], message: str) -> None:
    episode = Episode(enabled=False)
    state = dataclasses.replace(episode.arm.state(START_NS), **change)
    with pytest.raises(ArmingError, match=message):
        episode.follower.enable(START_NS, state)
    assert not episode.follower.enabled
