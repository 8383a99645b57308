"""Who rewrites a journal whole, its hashes too, still has to make the bridge decide so: it does not."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.replay_changes import Scribe, rewritten
from diffpol_ros.core.journal.lines import compact
from diffpol_ros.core.journal.values import JournalError, Plain
from diffpol_ros.reenact.control import replay_control
from diffpol_ros.reenact.options import ReplayOptions
from tests.reenact.bridge_bag import Rig, write_bag


def resealed(texts: list[str]) -> list[str]:
    """Return the lines with hashes that fit what they say now."""
    scribe = Scribe()
    return [scribe.seal(text) for text in texts]


@pytest.fixture
def rig() -> Rig:
    made = Rig()
    made.move()
    return made


def with_last_bit_flipped(text: str, mark: str) -> str:
    """Return `text` with another last bit of the first number of the first array after `mark`."""
    begin = text.index('{"f8":"', text.index(mark)) + len('{"f8":"')
    # The first byte of a little-endian number holds it, and that lies in the first two letters of base64.
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    changed = letters[letters.index(text[begin + 1]) ^ 16]
    return text[: begin + 1] + changed + text[begin + 2 :]


def first_command(texts: list[str]) -> int:
    return next(index for index, text in enumerate(texts) if '"=Command"' in text)


def test_the_scribe_of_this_test_forges_well(rig: Rig) -> None:
    assert resealed(rig.texts) == rig.texts


def test_the_last_bit_of_a_target_is_named_with_its_size(rig: Rig, tmp_path: Path) -> None:
    place = first_command(rig.texts)
    rig.texts[place] = with_last_bit_flipped(rig.texts[place], '"=Command"')
    result = replay_control(write_bag(tmp_path / "bag", resealed(rig.texts)), ReplayOptions())
    assert not result.complaints and result.first is not None
    found = result.first.difference
    assert found.field == "tick[2].target.joint_positions[0]" and 0.0 < found.size < 1e-12
    assert result.equal == result.decisions - 1
    assert np.float64(found.then) != np.float64(found.now)


def test_actions_due_a_millisecond_later_are_found(rig: Rig, tmp_path: Path) -> None:
    def due_later(said: list[Plain]) -> None:
        chunk = said[2][0]["=ActionChunk"]
        chunk[1] = [stamp_ns + 1_000_000 for stamp_ns in chunk[1]]

    place = next(index for index, text in enumerate(rig.texts) if '"accept"' in text)
    rig.texts[place] = rewritten(rig.texts[place], due_later)
    result = replay_control(write_bag(tmp_path / "bag", resealed(rig.texts)), ReplayOptions())
    assert not result.proven and result.first is not None
    changes = {change.name: change.value for change in result.changes}
    assert changes["joint_positions"] > 0.0


@pytest.mark.parametrize("outcome", [None, 7, [1, 2], [1, True, {"=Nobody": []}], {"f8": "?"}, [1, True, None]])
def test_a_tick_without_a_verdict_is_no_journal_of_a_bridge(rig: Rig, tmp_path: Path, outcome: object) -> None:
    place = first_command(rig.texts)
    rig.texts[place] = rewritten(rig.texts[place], lambda said: said.__setitem__(4, outcome))
    with pytest.raises(JournalError, match="journal"):
        replay_control(write_bag(tmp_path / "bag", resealed(rig.texts)), ReplayOptions())


def test_a_head_without_a_bridge_is_refused(rig: Rig, tmp_path: Path) -> None:
    kind, identity, body = rig.texts[0].split(" ", 2)
    rig.texts[0] = f"{kind} {identity} {compact({**json.loads(body), 'setup': 3})}"
    with pytest.raises(JournalError, match="no setup of a bridge"):
        replay_control(write_bag(tmp_path / "bag", rig.texts), ReplayOptions())
