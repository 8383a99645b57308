"""Exceptions as plain JSON and back: an error is known by its class, by the nearest class that is known, its words."""

from diffpol_ros.core.errors import DiffpolError, RobotError, RobotLate
from diffpol_ros.core.journal.values import JournalError, Plain

RAISED = "raised"
KNOWN: tuple[type[Exception], ...] = (DiffpolError, RobotError, RobotLate)


class Errors:
    """The classes of errors that a stage tells apart; any other comes back as the nearest of these."""

    def __init__(self, *kinds: type[Exception]) -> None:
        """Know `kinds` beside the project's base classes."""
        self._kinds = {kind.__name__: kind for kind in (*KNOWN, *kinds)}

    def plain(self, error: Exception) -> Plain:
        """Return `error` as plain JSON."""
        kind = type(error)
        nearest = next((base.__name__ for base in kind.__mro__ if self._kinds.get(base.__name__) is base), "")
        return {RAISED: [kind.__name__, nearest, getattr(error, "name", "") or "", str(error)]}

    def error(self, plain: Plain) -> Exception:
        """Return an error that is caught, named and told as the one written down."""
        try:
            kind, nearest, name, text = map(str, plain[RAISED])
        except (TypeError, ValueError, KeyError) as error:
            raise JournalError(f"the journal holds an error that cannot be read: {str(plain)[:80]}") from error
        base = self._kinds.get(nearest, Exception)
        same = base.__name__ == kind and getattr(base, "name", "") == name
        return base(text) if same else type(kind, (base,), {"name": name})(text)


def is_raised(plain: Plain) -> bool:
    """Return whether an answer is an error."""
    return isinstance(plain, dict) and RAISED in plain
