"""A robot with a person: the person starts the stack on a neutral path, stops it, and judges."""

import time
from collections.abc import Callable
from pathlib import Path

from diffpol_ros.cli.trial_operator import wait
from diffpol_ros.trials.runner import Assignment, Attempt

STACK = "ros2 launch diffpol_ros franka.launch.py"


class PersonRunner:
    """Says which command starts the stack, and waits for the end; what it says names no policy."""

    name = "a person"

    def __init__(
        self,
        ask: Callable[[str], str] = input,
        tell: Callable[[str], None] = print,
        hand_over: Callable[[int, Path], None] | None = None,
    ) -> None:
        """Ask with `ask`, tell with `tell`; hand_over: puts what was kept of a trial's set-up into its folder."""
        self._ask, self._tell, self._hand_over = ask, tell, hand_over

    def run(self, assignment: Assignment) -> Attempt:
        """Wait until the person has let the policy act; who judges is asked afterwards."""
        if self._hand_over is not None:
            self._hand_over(assignment.trial, assignment.folder)
        bag = assignment.folder / "bag"
        self._tell("start the stack in another terminal, with the arguments of your robot:")
        self._tell(f"  {stack_command(assignment.policy, bag)}")
        start = time.monotonic()
        wait("[Enter] when the task is decided and the stack is stopped ", self._ask)
        return Attempt(None, "", time.monotonic() - start, bag if bag.exists() else None)


def stack_command(policy: Path, bag: Path) -> str:
    """Return the command that starts the stack with a policy under a neutral path, recording a bag."""
    return f"{STACK} models:={policy.parent} model:={policy.name} bag_folder:={bag}"
