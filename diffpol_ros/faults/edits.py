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
    """Let nothing more come over some topics; time counts from the first message that is missed."""
    missed_ns: list[int] = []

    def drop(_: Any) -> None:
        missed_ns.append(rig.now_ns())

    with edited(rig, [(topic, drop) for topic in topics]):
        rig.wait(lambda: missed_ns, FIRST_S, "a message to miss")
        yield missed_ns[0]
