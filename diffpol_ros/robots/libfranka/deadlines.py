"""How long an FR3 may take for what."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deadlines:
    """For connecting, starting a controller, coming to rest, recovering, and the next tick [s].

    A connection that takes longer goes on by itself, and the next `connect` takes it up.
    """

    connect: float = 1.0
    start: float = 5.0
    stop: float = 3.0
    recover: float = 15.0
    tick: float = 0.2
