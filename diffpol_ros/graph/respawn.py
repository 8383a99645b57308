"""What follows when a node ends: it is started again, it is only told, or the whole graph ends with it."""

from collections import defaultdict, deque
from enum import Enum

from diffpol_ros.core.clock import Clock, to_ns
from diffpol_ros.graph.description import NodeDescription

MOST_RESPAWNS = 3
WINDOW_NS = to_ns(60.0)
RESPAWN_DELAY_S = 0.5
"""A new process takes a processor to itself at first, which those that brake the arm meanwhile need more."""


class Consequence(Enum):
    """What to do about a node that ended."""

    RESPAWN = "it is started again"
    TELL = "the others go on without it"
    END = "the graph ends"


class RespawnRule:
    """Decides for one graph; knows which nodes were started again lately."""

    def __init__(self, clock: Clock, most: int = MOST_RESPAWNS) -> None:
        """Start a node again at most `most` times a minute of `clock`."""
        self._clock, self._most = clock, most
        self._respawned_ns: defaultdict[str, deque[int]] = defaultdict(lambda: deque(maxlen=most))

    def consequence(self, node: NodeDescription, exit_code: int) -> Consequence:
        """Return what follows from the end of `node`; a negative exit code is that of the signal that killed it.

        A node that exits by itself has said why, and would say it again. One that is killed again and again is
        broken.
        """
        if exit_code >= 0:
            return Consequence.END
        if not node.respawn:
            return Consequence.END if node.vital else Consequence.TELL
        now_ns, before_ns = self._clock.now_ns(), self._respawned_ns[node.name]
        if len(before_ns) == self._most and now_ns - before_ns[0] < WINDOW_NS:
            return Consequence.END
        before_ns.append(now_ns)
        return Consequence.RESPAWN
