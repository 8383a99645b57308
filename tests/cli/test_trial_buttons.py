"""Buttons answer as keys do, when they are pressed after the question."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import NoReturn

import pytest

from diffpol_ros.cli.trial_buttons import Buttons, Presses, joy_buttons
from diffpol_ros.cli.trial_operator import TerminalOperator
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.replay.message_types import JOINTS, JOY
from diffpol_ros.trials.runner import Attempt, Verdict

WORDS = {0: "s", 1: "f", 2: "a"}
NONE, SUCCESS, FAILURE, OTHER = (0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0, 1)
UNJUDGED = Attempt(None, "", 1.0)


@dataclass(frozen=True)
class Heard:
    """A record of a message of the joy node, or of somebody else's."""

    message: SimpleNamespace
    type_name: str = JOY

    def message_of(self, *types: str) -> SimpleNamespace:
        if self.type_name not in types:
            raise ResourceError("not the topic")
        return self.message


@dataclass
class Pad:
    """A gamepad: what it says at each look; nothing when it has said all."""

    said: list[tuple[tuple[int, ...], ...]]
    typed: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def discover(self) -> None:
        pass

    def take(self) -> Iterable[Heard]:
        return [Heard(SimpleNamespace(buttons=each)) for each in (self.said.pop(0) if self.said else ())]

    def within(self, _: float, __: str) -> str | None:
        """Type once the pad has said all."""
        return None if self.said else self.typed.pop(0)

    def buttons(self) -> Buttons:
        return Buttons(Presses(self, "/joy", 2), WORDS, self.within, self.told.append)


@pytest.mark.parametrize(("pressed", "word"), [(SUCCESS, "s"), (FAILURE, "f"), ((0, 0, 1, 0), "a")])
def test_a_button_is_a_verdict(pressed: tuple[int, ...], word: str) -> None:
    assert Pad([(NONE,), (), (pressed,), ()]).buttons().verdict("which?") == word


def test_a_key_answers_where_no_button_does() -> None:
    pad = Pad([(NONE,), (OTHER,)], ["f"])
    assert pad.buttons().verdict("which?") == "f"
    assert pad.told == ["nothing has come on /joy yet: does the joy node run? keys answer as well", "which?"]


def test_what_was_pressed_before_the_question_is_no_answer() -> None:
    assert Pad([(NONE, SUCCESS, NONE), (), (FAILURE,), ()]).buttons().verdict("which?") == "f"


def test_a_button_that_is_held_counts_once_it_is_pressed_anew() -> None:
    held = Pad([(SUCCESS,), (SUCCESS,), (NONE, SUCCESS), ()]).buttons()
    assert held.verdict("which?") == "s"
    still = Pad([(SUCCESS,), (SUCCESS,)], ["a"])
    assert still.buttons().verdict("which?") == "a"


def test_elsewhere_a_button_stands_for_enter() -> None:
    assert Pad([(NONE,), (FAILURE,), ()]).buttons().confirm("ready?") == ""
    pad = Pad([(NONE,), (OTHER,), (SUCCESS,), ()])
    buttons = pad.buttons()
    assert [buttons.within(0.1) for _ in range(3)] == [None, None, ""]


def test_a_failure_by_button_needs_no_keyboard() -> None:
    said = [(NONE,), (FAILURE,), (NONE,), (SUCCESS,), ()]
    buttons = Pad(said).buttons()
    operator = TerminalOperator("Ada", buttons.confirm, lambda _: None, verdict=buttons.verdict)
    assert operator.judge(1, UNJUDGED) == Verdict(False, "no reason given")


def test_a_pad_with_too_few_buttons_is_named() -> None:
    with pytest.raises(SettingsError, match="there is no 2 among the 2 buttons of /joy"):
        Pad([((0, 0),)]).buttons().verdict("which?")


def test_a_topic_of_another_type_is_refused() -> None:
    pad = Pad([()])
    presses = Presses(SimpleNamespace(discover=pad.discover, take=lambda: [Heard(SimpleNamespace(), JOINTS)]), "/j", 2)
    with pytest.raises(ResourceError):
        presses.take()


def unheard(_: object) -> NoReturn:
    raise AssertionError("nobody listens to what is refused")


@pytest.mark.parametrize("numbers", [(0, 0, 1), (-1, 0, 1)])
def test_numbers_that_cannot_be_are_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(SettingsError, match="expected three different ones"), joy_buttons(unheard, "joy", numbers):
        pass


def test_without_a_terminal_buttons_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(SettingsError, match="goes with a terminal"), joy_buttons(unheard, "joy", (0, 1, 2)):
        pass


@pytest.mark.ros
def test_a_press_on_a_real_topic_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rclpy")
    from rclpy.qos import QoSProfile
    from sensor_msgs.msg import Joy

    from diffpol_ros.nodes.session import ros_node
    from diffpol_ros.nodes.view_listener import ViewListener

    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    with ros_node("pedals") as node:
        publisher = node.create_publisher(Joy, "joy", QoSProfile(depth=10))
        sent = iter([list(NONE), list(SUCCESS)] * 1000)

        def publish(*_: object) -> None:
            publisher.publish(Joy(buttons=next(sent)))

        with joy_buttons(lambda wanted: closing(ViewListener(node, wanted)), "joy", (0, 1, 2), publish) as buttons:
            assert buttons.verdict("which?") == "s"
