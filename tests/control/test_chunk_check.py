"""Every chunk that must not be followed is refused under a name of its own."""

import dataclasses

import numpy as np
import pytest

from diffpol_ros.control.chunk_check import ChunkCheck, Moment
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import ActionChunk
from tests.control.arm import DOWN, HOME, PANDA, START_NS, chunk, near_home

CHECK = ChunkCheck(PANDA.gripper, FollowerSettings())
SOUND = chunk(START_NS, np.array([near_home(0.01, 0, 0), near_home(0.02, 0, 0)]))
MOMENT = Moment(START_NS, START_NS, START_NS - 1, HOME)


def refusal(judged: ActionChunk, moment: Moment = MOMENT) -> tuple[str, bool] | None:
    found = CHECK.refusal(judged, moment)
    return (found.name, found.malformed) if found else None


def at(seconds: float) -> Moment:
    return dataclasses.replace(MOMENT, now_ns=START_NS + to_ns(seconds))


def test_a_sound_chunk_passes() -> None:
    assert refusal(SOUND) is None


@pytest.mark.parametrize("field", ["positions", "quaternions", "gripper_widths"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_malformed(field: str, bad: float) -> None:
    values = np.array(getattr(SOUND, field))
    values.flat[-1] = bad
    assert refusal(dataclasses.replace(SOUND, **{field: values})) == ("not_finite", True)


def test_what_no_policy_may_ask_is_malformed() -> None:
    assert refusal(chunk(START_NS, np.zeros((0, 3)))) == ("empty", True)
    assert refusal(chunk(START_NS, np.zeros((1, 3)), 1.01 * DOWN[None])) == ("not_unit", True)
    assert refusal(chunk(START_NS, np.zeros((1, 3)), np.zeros((1, 4)))) == ("not_unit", True)
    assert refusal(dataclasses.replace(SOUND, gripper_widths=np.array([0.05, 0.8]))) == ("gripper_width", True)


def test_stamps_decide_what_is_too_late_too_early_or_from_before() -> None:
    assert refusal(SOUND, at(0.15)) is None
    assert refusal(SOUND, at(0.19)) == ("late", False)
    assert refusal(SOUND, at(1.1)) == ("old", False)
    assert refusal(SOUND, at(-0.2)) == ("future", False)
    assert refusal(SOUND, dataclasses.replace(MOMENT, enabled_ns=START_NS + 1)) == ("before_enable", False)
    assert refusal(SOUND, dataclasses.replace(MOMENT, newest_ns=START_NS)) == ("not_newer", False)


def test_a_finite_but_huge_turn_is_refused_and_the_same_rotation_is_none() -> None:
    def turned(angle: float) -> np.ndarray:
        return np.array([np.cos(angle / 2), np.sin(angle / 2), 0.0, 0.0])

    places = np.array([near_home(0, 0, 0)] * 2)
    assert refusal(chunk(START_NS, places, np.array([turned(0.9), turned(1.8)]))) is None
    assert refusal(chunk(START_NS, places, np.array([turned(0.0), turned(1.1)]))) == ("jump", False)
    assert refusal(chunk(START_NS, places[:1], turned(np.pi)[None])) == ("jump", False)
    assert refusal(chunk(START_NS, places, np.array([-turned(0.0), turned(0.0)]))) is None


def test_a_finite_but_huge_jump_is_refused() -> None:
    assert refusal(chunk(START_NS, near_home(0.31, 0, 0)[None])) == ("jump", False)
    assert refusal(chunk(START_NS, np.array([near_home(0.2, 0, 0), near_home(-0.2, 0, 0)]))) == ("jump", False)
