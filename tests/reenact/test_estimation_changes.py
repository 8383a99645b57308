"""What is told of an estimation that answers otherwise."""

import pytest

from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.core.journal.lines import Line
from diffpol_ros.core.journal.transcript import Played
from diffpol_ros.core.journal.values import Plain
from diffpol_ros.reenact.estimation_changes import EstimationChanges


def changes(then: Plain, now: Plain) -> dict[str, float]:
    played = Played(Line(0, 0, "health", [], [], then), now, None)
    measured = EstimationChanges()
    measured.add(played, Difference("health", "then", "now"))
    return {change.name: change.value for change in measured.told(0, 0)}


def test_a_number_that_moved_is_told_by_how_much():
    told = changes(["sees", 0.25, 7.0], ["sees", 0.5, 7.0])
    assert (told["numbers"], told["answers"], told["decisions"]) == (0.25, 0, 1)


@pytest.mark.parametrize("now", [["is blind", 0.25], ["sees", None], ["sees"], {"raised": ["EstimationError", "no"]}])
def test_another_word_shape_or_error_is_another_answer(now: Plain):
    assert changes(["sees", 0.25], now)["answers"] == 1
