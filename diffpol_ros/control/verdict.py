"""What the gate answers to every step."""

from dataclasses import dataclass

from diffpol_ros.core.types import JointTarget


@dataclass(frozen=True)
class Command:
    """`target` was sent. `name` and `reason` say why the arm is braking; both are empty while it follows the policy."""

    target: JointTarget
    name: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Hold:
    """Nothing was sent: the robot holds its last target compliantly; following resumes when the reason is gone.

    name: one snake_case word for counters.
    """

    name: str
    reason: str


@dataclass(frozen=True)
class Stop:
    """Nothing is sent any more until somebody resets and enables; `name` as of a Hold."""

    name: str
    reason: str


Verdict = Command | Hold | Stop


def word(verdict: Verdict) -> str:
    """Return COMMAND, HOLD or STOP."""
    return type(verdict).__name__.upper()


def counter_of(verdict: Verdict) -> str:
    """Return the name under which a verdict is counted: gate.command, gate.hold.no_chunk, gate.stop.tracking."""
    return f"gate.{word(verdict).lower()}" + (f".{verdict.name}" if verdict.name else "")
