"""What holds or stops an arm that follows, and what it follows afterwards."""

import dataclasses

import numpy as np
import pytest

from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Command, Hold, Stop, Verdict
from tests.control.arm import Episode, chunk, moved, near_home, shares_of_limits

PERIOD = FollowerSettings().period
LINE = tuple(near_home(0.0, 0.012 * index, -0.012 * index) for index in range(1, 6))


def frozen_for(episode: Episode, ticks: int) -> list[Verdict]:
    """Let the robot's stamp stand still for some ticks."""
    frozen = episode.clock.now_ns()
    return [episode.step(lambda state: dataclasses.replace(state, stamp_ns=frozen)) for _ in range(ticks)]


def test_a_frozen_robot_is_braked_then_held_then_stopped() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*(near_home(0, 0.01 * i, 0) for i in range(1, 10))))
    episode.run(0.1)
    verdicts = frozen_for(episode, 40)
    words = [(type(verdict), verdict.name) for verdict in verdicts]
    assert words[:4] == [(Command, "")] * 4
    assert words[4] == (Command, "state_old") and (Hold, "state_old") in words
    assert words[-1] == (Stop, "robot_frozen") and words.index((Stop, "robot_frozen")) * PERIOD <= 0.3
    assert max(shares_of_limits(episode.arm.sent, PERIOD)) <= 1.0


def test_what_was_made_before_a_hold_is_not_followed_after_it() -> None:
    episode = Episode()
    line = [near_home(0, 0.02 * i, 0) for i in range(1, 15)]
    episode.accept(episode.chunk(*line))
    episode.run(0.2)
    assert isinstance(frozen_for(episode, 15)[-1], Hold)
    count, late = len(episode.arm.sent), episode.chunk(*line, age_s=0.15)
    assert episode.run(0.1)[-1] == Hold("no_chunk", "no chunk yet")
    assert len(episode.arm.sent) == count
    refusal = episode.accept(late)
    assert refusal is not None and refusal.name == "before_hold"
    assert episode.accept(episode.chunk(episode.tool + np.array([0.0, 0.02, 0.0]))) is None
    assert all(isinstance(verdict, Command) for verdict in episode.run(0.1))
    assert max(shares_of_limits([episode.arm.sent[count - 1]] * 3 + episode.arm.sent[count:], PERIOD)) <= 1.0


@pytest.mark.parametrize("ticks", [1, 3, 5])
def test_a_cause_that_is_over_before_the_arm_stands_drops_the_chunk_too(ticks: int) -> None:
    """Pinned: only a Hold dropped it; an arm that still braked went on along a path from before."""
    episode = Episode()
    line = [near_home(0, 0.03 * i, 0) for i in range(1, 9)]
    episode.accept(episode.chunk(*line))
    episode.run(0.2)
    before = episode.clock.now_ns() + 1
    verdicts = [episode.step(veto=Hold("policy_unfit", "blind")) for _ in range(ticks)]
    assert all(isinstance(verdict, Command) and verdict.name == "policy_unfit" for verdict in verdicts)
    assert episode.step().name == "no_chunk"
    refusal = episode.accept(chunk(before, np.array(line)))
    assert refusal is not None and refusal.name == "before_hold"
    assert episode.accept(episode.chunk(*line[3:])) is None
    assert episode.step().name == ""
    assert max(shares_of_limits(episode.arm.sent, PERIOD)) <= 1.0


def test_what_was_observed_while_the_robot_was_frozen_is_not_followed() -> None:
    """Pinned: the end of a Hold was told by the robot's stamp, which stood as long as the Hold lasted."""
    episode = Episode()
    line = [near_home(0, 0.02 * i, 0) for i in range(1, 15)]
    episode.accept(episode.chunk(*line))
    episode.run(0.2)
    assert isinstance(frozen_for(episode, 15)[-1], Hold)
    meanwhile = episode.chunk(*line, age_s=0.03)
    episode.step()
    refusal = episode.accept(meanwhile)
    assert refusal is not None and refusal.name == "before_hold"


def test_two_old_states_in_turn_are_a_frozen_robot() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*(near_home(0, 0.01 * i, 0) for i in range(1, 10))))
    here = episode.clock.now_ns()
    names = [
        episode.step(lambda state, turn=turn: dataclasses.replace(state, stamp_ns=here - turn % 2)).name
        for turn in range(30)
    ]
    assert names[4] == "state_old" and names[-1] == "robot_frozen"


def test_a_hold_for_want_of_a_chunk_asks_for_no_newer_observation() -> None:
    episode = Episode()
    episode.run(0.2)
    assert episode.accept(episode.chunk(*LINE, age_s=0.1)) is None


def test_a_veto_brakes_and_drops_the_chunk_and_a_stop_latches() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    episode.run(0.2)
    veto = Hold("policy_silent", "the policy has been silent")
    verdicts = [episode.step(veto=veto) for _ in range(30)]
    assert isinstance(verdicts[0], Command) and verdicts[0].name == "policy_silent" and verdicts[-1] == veto
    refusal = episode.accept(episode.chunk(*LINE))
    assert refusal is not None and refusal.name == "vetoed"
    assert all(isinstance(verdict, Hold) for verdict in episode.run(0.1))
    assert episode.step(veto=Stop("bundle_changed", "another")) == Stop("bundle_changed", "another")
    assert episode.step() == Stop("bundle_changed", "another")


def test_an_arm_pushed_far_from_its_target_stops() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    verdict = episode.step(lambda state: moved(state, 1, 0.7))
    assert isinstance(verdict, Stop) and "joint 2" in verdict.reason


def test_an_arm_that_is_held_back_for_long_stops() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    names = [episode.step(lambda state: moved(state, 0, 0.32)).name for _ in range(11)]
    assert names[-1] == "tracking" and "tracking" not in names[:-1]


def test_a_push_stops() -> None:
    episode = Episode()
    verdict = episode.step(lambda state: dataclasses.replace(state, external_torques=np.full(7, 50.0)))
    assert isinstance(verdict, Stop) and "something pushes joint 7 with 50.0 Nm" in verdict.reason


def test_a_late_step_goes_no_farther_than_two_periods() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    episode.run(0.25)
    before = episode.tool
    episode.clock.advance(0.029)
    assert episode.step().name == ""
    speed = np.linalg.norm(LINE[-1] - LINE[0]) / 0.4
    # In two periods the limiter gathers a little speed towards what was missed.
    assert np.linalg.norm(episode.tool - before) < 1.6 * speed * 2 * PERIOD < 0.9 * speed * 0.039
    assert (episode.follower.counts["late"], episode.follower.counts["stalled"]) == (1, 0)


def test_after_a_stall_the_arm_starts_from_rest() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    episode.run(0.2)
    before = episode.arm.joints
    episode.clock.advance(0.15)
    assert isinstance(episode.step(), Hold)
    assert (episode.arm.joints == before).all()
    assert (episode.follower.counts["late"], episode.follower.counts["stalled"]) == (1, 1)


def test_after_a_robot_that_did_not_answer_a_new_chunk_is_waited_for() -> None:
    """Pinned: the bridge told a Hold (robot_late), and then the arm went on along the chunk from before."""
    episode = Episode()
    episode.accept(episode.chunk(*(near_home(0, 0.01 * i, 0) for i in range(1, 10))))
    episode.run(0.2)
    before, count = episode.chunk(*LINE), len(episode.arm.sent)
    episode.clock.advance(0.1)
    assert episode.step() == Hold("no_chunk", "no chunk yet")
    refusal = episode.accept(before)
    assert refusal is not None and refusal.name == "before_hold"
    assert len(episode.arm.sent) == count


def test_a_slow_loop_may_be_a_little_late_without_standing_still() -> None:
    """Pinned: at 20 Hz every tick that came microseconds late was a stall, and the arm started from rest."""
    episode = Episode(FollowerSettings(rate=20.0))
    episode.accept(episode.chunk(*LINE))
    for _ in range(12):
        episode.clock.advance(1e-4)
        episode.step()
    assert episode.follower.counts["stalled"] == 0
    assert np.linalg.norm(episode.tool - LINE[-1]) < 0.005


def test_a_fast_loop_that_misses_some_ticks_goes_as_far_as_the_time_that_passed() -> None:
    """Targets that follow each other after 20 ms are as far apart at 500 Hz as they are at 100 Hz."""
    episode = Episode(FollowerSettings(rate=500.0))
    episode.accept(episode.chunk(*LINE))
    episode.run(0.3)
    before, count = episode.tool, len(episode.arm.sent)
    episode.clock.advance(0.016)
    episode.step()
    assert len(episode.arm.sent) == count + 1 and episode.follower.counts["late"] == 0
    expected = np.linalg.norm(LINE[-1] - LINE[0]) / 0.4 * 0.018
    assert np.linalg.norm(episode.tool - before) == pytest.approx(expected, rel=0.15)


def test_a_lead_samples_the_path_ahead() -> None:
    plain, ahead = Episode(), Episode(FollowerSettings(command_lead=0.1))
    for episode in (plain, ahead):
        episode.accept(episode.chunk(*LINE))
        episode.run(0.25)
    assert np.linalg.norm(ahead.tool - LINE[-1]) < np.linalg.norm(plain.tool - LINE[-1]) - 0.01
