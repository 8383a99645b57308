"""Where a policy sent the hand over time, then and now."""

from diffpol_ros.reenact.policy_changes import POSITION, WIDTH, Vectors, shifts_and_turns
from diffpol_ros.reenact.traces import DEGREES, Apart, Collector, Rows, Trace


class PolicyTraces(Collector):
    """Collects them inference by inference."""

    def __init__(self) -> None:
        """Have nothing yet."""
        super().__init__()
        self._places, self._widths, self._shifts, self._turns = Rows(3), Rows(1), Rows(2), Rows(2)

    def add(self, stamp_ns: int, then: Vectors, now: Vectors) -> None:
        """Take the actions (T_p, 10) of one inference, recorded and new ones."""
        self._places.add(stamp_ns, then[0, POSITION].tolist(), now[0, POSITION].tolist())
        self._widths.add(stamp_ns, [float(then[0, WIDTH])], [float(now[0, WIDTH])])
        shifts, turns = shifts_and_turns(then, now)
        self._shifts.add(stamp_ns, (0.0, 0.0), (float(shifts[0]), float(shifts.max())))
        self._turns.add(stamp_ns, (0.0, 0.0), (float(turns[0]), float(turns.max())))

    def courses(self) -> tuple[Trace | Apart, ...]:
        """Return them: of the first action of each inference, and of the one that changed most."""
        places = self._places.trace("place of the first action", "m", "xyz")
        widths = self._widths.trace("gripper width of the first action", "m", ["width"]).in_unit("mm", 1e3)
        of = "first action", "most of the chunk"
        shifts = self._shifts.trace("", "m", of).apart("mm", 1e3, "actions, how far from those of then")
        turns = self._turns.trace("", "rad", of).apart("deg", DEGREES, "actions, how far turned from those of then")
        return places, shifts, turns, widths, widths.apart("mm", 1.0)
