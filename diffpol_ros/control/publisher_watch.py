"""Whether more than one publisher offers chunks, told by what the graph knows of them."""

from collections.abc import Sequence

from diffpol_ros.control.verdict import Hold, Stop
from diffpol_ros.core.clock import to_ns, to_seconds

UNKNOWN = "_NODE_NAME_UNKNOWN_"
DISCOVERY_NS = to_ns(10.0)
"""On a loaded machine a name was seen to come 3 s after its publisher."""
REMEMBRANCE_NS = to_ns(30.0)
"""The graph remembers a killed process for about 20 s: a second publisher of the same name may be its successor."""


class PublisherWatch:
    """Judges the names of a topic's publishers; all times are in [ns] of one steady clock."""

    def __init__(self, topic: str) -> None:
        """Judge the publishers of `topic`."""
        self._topic = topic
        self._since_ns: int | None = None

    def judge(self, names: Sequence[str], now_ns: int) -> Hold | Stop | None:
        """Return why an arm must not follow these publishers, or None; `names` holds one node name a publisher.

        Of two with the same name one is taken to be dead for a while (two that live beside each other are told apart
        by their heartbeats). While one has no name yet nobody knows whose chunks come: the arm holds until it is
        introduced.
        """
        if len(names) < 2:
            self._since_ns = None
            return None
        since_ns = self._since_ns = now_ns if self._since_ns is None else self._since_ns
        nameless = any(name.endswith(UNKNOWN) for name in names)
        several = len({name for name in names if not name.endswith(UNKNOWN)}) > 1
        patience_ns = DISCOVERY_NS if nameless else REMEMBRANCE_NS
        told = f"{len(names)} publishers"
        if several or now_ns - since_ns >= patience_ns:
            since = "" if several else f" for {to_seconds(now_ns - since_ns):.0f} s"
            return Stop("two_publishers", f"{self._topic} has {told}{since}: {', '.join(sorted(names))}; leave one")
        return (
            Hold("two_publishers", f"{self._topic} has {told}, and who they are is not known yet") if nameless else None
        )
