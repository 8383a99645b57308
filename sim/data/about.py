"""What a data set is of, and where it came from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """The words beside the numbers."""

    task: str
    """Name of the task, as in sim/tasks/registry."""
    rate_hz: float
    """Frames in a second."""
    state_names: tuple[str, ...] = ()
    """Of the numbers of a state; empty where unknown."""
    action_names: tuple[str, ...] = ()
    """Of the numbers of an action; empty where unknown."""
    made_by: str = ""
    """The command, or the file it was imported from."""
    recipe: str = ""
    """What decided the numbers, apart from seeds: settings as JSON; episodes are only added to a file of the same."""
