"""A person at a terminal: sets the world up, watches, and says success or failure."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from diffpol_ros.trials.errors import TrialError
from diffpol_ros.trials.runner import Attempt, Verdict
from diffpol_ros.trials.schedule import Condition

Ask = Callable[[str], str]
View = Callable[[Path], Path]


@contextmanager
def answered() -> Iterator[None]:
    """Within it something is asked; TrialError where nobody can answer any more."""
    try:
        yield
    except EOFError as error:
        raise TrialError("nobody answers: the terminal was closed; go on with `diffpol trial run`") from error


def wait(question: str, ask: Ask) -> str:
    """Return what was typed before Enter."""
    with answered():
        return ask(question).strip()


class TerminalOperator:
    """Asks on a terminal; reasons given before are offered by number, so that they can be counted."""

    def __init__(
        self,
        name: str = "",
        ask: Ask = input,
        tell: Callable[[str], None] = print,
        view: View | None = None,
        place: Callable[[int, Condition], None] | None = None,
        verdict: Ask | None = None,
    ) -> None:
        """Ask with `ask`, tell with `tell`; `name` is the login name where empty.

        view: lays the start's picture over the camera's image and returns the file; without it the picture is named.
        place: returns once the object stands where it shall; without it the operator says so.
        verdict: asks for the verdict, in place of `ask`.
        """
        self.name = name or login_name()
        self._ask, self._tell, self._view, self._place = ask, tell, view, place
        self._verdict = verdict or ask
        self._reasons: list[str] = []

    def prepare(self, trial: int, condition: Condition) -> None:
        """Say how the world must be, and wait until it is."""
        self._tell(f"trial {trial}: set the world up as in {condition}")
        if condition.picture:
            self._tell(f"its picture: {condition.picture}")
        if self._place is not None:
            self._place(trial, condition)
        elif condition.picture and self._view:
            view = self._view
            while wait(f"compare {view(Path(condition.picture))}; [Enter] once it agrees, l to look again ", self._ask):
                pass
        else:
            wait("ready? [Enter] ", self._ask)

    def judge(self, trial: int, attempt: Attempt) -> Verdict:
        """Ask until the answer is one; the end of the input is no verdict."""
        if attempt.reason:
            self._tell(attempt.reason)
        while True:
            question = f"trial {trial}: [s]uccess, [f]ailure, or [a]bort and do it again? "
            answer = _answer(self._verdict, question).lower()
            if answer in ("s", "success"):
                return Verdict(True, _answer(self._ask, "anything to note? [Enter: no] "))
            if answer in ("f", "failure"):
                return Verdict(False, self._reason())
            if answer in ("a", "abort", ""):
                return Verdict(None, self._reason() if answer else "no verdict was given")
            self._tell("please answer s, f or a")

    def _reason(self) -> str:
        for number, reason in enumerate(self._reasons, start=1):
            self._tell(f"  {number}: {reason}")
        told = _answer(self._ask, "why? (one line" + (", or a number of the above) " if self._reasons else ") "))
        if told.isdigit() and 1 <= int(told) <= len(self._reasons):
            return self._reasons[int(told) - 1]
        if told:
            self._reasons.append(told)
        return told or "no reason given"


def _answer(ask: Ask, question: str) -> str:
    try:
        return ask(question).strip()
    except EOFError:
        return ""


class NobodyNeeded:
    """Nothing to set up and nothing to judge: the twin does both."""

    name = "nobody"

    def prepare(self, trial: int, condition: Condition) -> None:
        """Do nothing: the runner resets the world."""

    def judge(self, trial: int, attempt: Attempt) -> Verdict:
        """Return that a runner which does not judge leaves the trial open."""
        return Verdict(None, "the ground truth said nothing")


def login_name() -> str:
    """Return who is logged in, or "somebody"."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
