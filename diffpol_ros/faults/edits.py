"""Changes to what passes through a rig, for as long as a fault lasts."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from diffpol_ros.faults.rig import TwinRig

Edit = Callable[[Any], Any]
FIRST_S = 2.0


def unchanged(message: Any) -> Any:
    """Let a message pass."""
    return message


@contextmanager
def edited(rig: TwinRig, edits: Sequence[tuple[str, Edit]]) -> Iterator[int]:
    """Change the messages of some topics while the context lasts."""
    for topic, edit in edits:
        rig.relay(topic).edit = edit
    try:
        yield rig.now_ns()
    finally:
        for topic, _ in edits:
            rig.relay(topic).edit = unchanged


@contextmanager
def silent(rig: TwinRig, topics: Sequence[str]) -> Iterator[int]:
    """Let nothing more come over some topics; time counts from the last message that passed."""
    passed_ns: dict[str, int] = {}

    def noting(topic: str) -> Edit:
        def note(message: Any) -> Any:
            passed_ns[topic] = rig.now_ns()
            return message

        return note

    with edited(rig, [(topic, noting(topic)) for topic in topics]):
        rig.wait(lambda: len(passed_ns) == len(topics), FIRST_S, "a last message of each topic")
        for topic in topics:
            rig.relay(topic).edit = dropped
        yield max(passed_ns.values())


def dropped(_: Any) -> None:
    """Let no message pass."""
