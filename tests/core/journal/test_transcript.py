"""A stage that asks otherwise than it did is found out, and is answered as well as can be."""

from collections.abc import Callable

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.journal.lines import Heard, Line
from diffpol_ros.core.journal.raised import Errors
from diffpol_ros.core.journal.transcript import Played, Transcript
from diffpol_ros.core.journal.values import Codec

CODEC, ERRORS = Codec(()), Errors()
HEARD = [Heard("steady", [], 1), Heard("state", [], 2.5), Heard("send", [3], 4), Heard("steady", [], 5)]


class Asking:
    """Plays one line with whatever `work` asks."""

    def __init__(self, outcome: object = None) -> None:
        self.transcript = Transcript(CODEC, ERRORS, lambda question, told, last: told[0] if told else last)
        self._line = Line(0, 0, "step", [], list(HEARD), outcome)

    def ask(self, question: str, *told: object) -> object:
        return self.transcript.ask(question, lambda: None, *told)

    def play(self, work: Callable[[], object]) -> Played:
        return self.transcript.play(self._line, work)


def test_the_same_questions_get_the_answers_of_then() -> None:
    stage = Asking([1, 2.5, 4, 5])
    played = stage.play(lambda: (stage.ask("steady"), stage.ask("state"), stage.ask("send", 3), stage.ask("steady")))
    assert played.difference is None and played.outcome == [1, 2.5, 4, 5]


def test_a_question_left_out_is_named_and_the_next_of_its_kind_is_answered() -> None:
    stage = Asking()
    played = stage.play(lambda: (stage.ask("send", 3), stage.ask("steady")))
    assert played.outcome == [4, 5]
    assert str(played.difference) == "question 0: steady then, send now"


def test_a_question_too_many_is_answered_by_the_last_answer() -> None:
    stage = Asking()
    asked = ("steady", "state", "steady", "steady")
    played = stage.play(lambda: tuple(map(stage.ask, asked)))
    assert played.outcome == [1, 2.5, 5, 5]
    assert played.difference is not None and played.difference.field == "question 2"


def test_a_question_not_asked_any_more_is_named() -> None:
    stage = Asking()
    played = stage.play(lambda: (stage.ask("steady"), None)[1])
    assert str(played.difference) == "question 1: state then, none now"


def test_what_is_told_otherwise_is_named_and_answered_anew() -> None:
    stage = Asking()
    played = stage.play(lambda: (stage.ask("steady"), stage.ask("state"), stage.ask("send", 7), stage.ask("steady")))
    assert str(played.difference) == "send told[0]: 3 then, 7 now, by 4"
    assert played.outcome == [1, 2.5, 7, 5]


def test_an_error_that_is_new_is_the_outcome() -> None:
    stage = Asking()

    def fails() -> None:
        for heard in HEARD:
            stage.ask(heard.question, *heard.told)
        raise RobotError("new")

    played = stage.play(fails)
    assert str(played.difference) == "step: None then, raised ['RobotError', 'RobotError', 'robot_refused', 'new'] now"
