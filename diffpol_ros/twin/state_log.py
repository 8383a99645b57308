"""The newest ticks, numbered from the first one ever, as Polymetis's log intervals count them."""

from diffpol_ros.twin.plant import PlantState


class StateLog:
    """A ring of ticks with one writer; readers in other threads never wait."""

    def __init__(self, capacity: int) -> None:
        """Keep `capacity` ticks."""
        self._ring: list[tuple[int, PlantState] | None] = [None] * capacity
        self._count = 0

    def __len__(self) -> int:
        """Return how many ticks were ever appended: the number of the next one."""
        return self._count

    def append(self, state: PlantState) -> None:
        """Add the newest tick."""
        self._ring[self._count % len(self._ring)] = (self._count, state)
        self._count += 1

    def get(self, number: int) -> PlantState | None:
        """Return tick `number`, or None where it is overwritten or yet to come."""
        if number < 0:
            return None
        entry = self._ring[number % len(self._ring)]
        return entry[1] if entry is not None and entry[0] == number else None

    def newest(self) -> PlantState | None:
        """Return the newest tick, or None before the first."""
        return self.get(self._count - 1)
