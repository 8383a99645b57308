"""The gate's verdict: a lane of colour, and a line of text wherever it changes."""

from diffpol_ros.replay.plot import VERDICT_COLOURS
from diffpol_ros.replay.series import Run
from diffpol_ros.replay.verdicts import Verdict, verdict_of
from diffpol_ros.view.canvas import Canvas

STATE, LOG = "gate/verdict", "gate/log"
LEVELS = {"COMMAND": "INFO", "HOLD": "WARN", "STOP": "ERROR"}


class Gate:
    """Remembers the last verdict: what is said again is not drawn again."""

    def __init__(self, canvas: Canvas) -> None:
        """Say how verdicts are coloured."""
        self._canvas, self._last = canvas, Verdict("", "")
        canvas.states(STATE, VERDICT_COLOURS)

    def draw(self, run: Run) -> None:
        """Draw the verdicts of a run."""
        kinds = self._canvas.kinds
        for status in run.gate:
            verdict = verdict_of(status)
            if verdict.word != self._last.word:
                self._canvas.at(STATE, status.published_ns, kinds.StateChange(state=verdict.word))
            if (verdict.word, _kind(verdict)) != (self._last.word, _kind(self._last)):
                text = f"{verdict.word}: {verdict.text}" if verdict.text else verdict.word
                level = LEVELS.get(verdict.word, "DEBUG")
                self._canvas.at(LOG, status.published_ns, kinds.TextLog(text, level=level))
            self._last = verdict


def _kind(verdict: Verdict) -> str:
    """Return a reason without its figures, so that one that lasts is one line; a command needs none."""
    if verdict.word == "COMMAND":
        return ""
    return verdict.name or "".join(letter for letter in verdict.text if not letter.isdigit())
