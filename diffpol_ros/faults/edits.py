"""Changes to what passes through a rig, for as long as a fault lasts."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from diffpol_ros.faults.rig import TwinRig

Edit = Callable[[Any], Any]


def unchanged(message: Any) -> Any:
    """Let a message pass."""
    return message


def dropped(_: Any) -> None:
    """Let it get lost."""


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


def silent(rig: TwinRig, topics: Sequence[str]) -> AbstractContextManager[int]:
    """Let nothing more come over some topics."""
    return edited(rig, [(topic, dropped) for topic in topics])
