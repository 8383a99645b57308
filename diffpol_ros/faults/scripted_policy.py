"""What a fault can do to the policy of the fake rig."""

from collections.abc import Callable, Sequence
from typing import Protocol

from diffpol_ros.core.types import ActionChunk


class ScriptedPolicy(Protocol):
    """Plays the policy node: chunks ten times a second along a path, and the heartbeat."""

    edit: Callable[[ActionChunk], ActionChunk | None]
    """What becomes of each chunk before it is published; None: nothing."""
    unfit: str
    """Why the heartbeat says not to follow; empty: fit."""
    silent: bool
    """Whether chunks stop."""
    lifeless: bool
    """Whether the heartbeat stops."""
    digest: str
    """Of the bundle that the heartbeat names."""

    def mend(self) -> None:
        """Be sound again."""
        ...

    def publish(self, chunk: ActionChunk) -> None:
        """Publish a chunk of the fault's own, beside the script."""
        ...

    def next_chunk(self) -> ActionChunk:
        """Return what would be published now."""
        ...

    @property
    def published(self) -> Sequence[ActionChunk]:
        """The chunks published since the trial began."""
        ...
