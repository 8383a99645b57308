"""What franky raises, told to a person: no robot and no library are needed for that."""

import subprocess
import sys

import pytest

from diffpol_ros.core.errors import RobotError
from diffpol_ros.robots.base import ControllerStopped, NeedsRecovery, RobotUnreachable
from diffpol_ros.robots.libfranka.native import error_names, explain, needs_recovery

REFLEX = (
    'libfranka: Move command aborted: motion aborted by reflex! ["communication_constraints_violation"]\n'
    "control_command_success_rate: 0.1 packets lost in a row in the last sample: 90"
)
WITHOUT_FRANKY = """
import sys
sys.modules["franky"] = None
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.robots.backends import open_robot
try:
    open_robot(load_robot_description("fr3"))
except ResourceError as error:
    print(error)
"""


def test_the_robots_own_words_are_found() -> None:
    assert error_names(REFLEX) == ("communication_constraints_violation",)
    assert error_names('["joint_reflex", "power_limit_violation"]') == ("joint_reflex", "power_limit_violation")
    assert error_names("[]") == () == error_names("libfranka: UDP receive: Timeout")


@pytest.mark.parametrize(
    ("kind", "text", "error", "says"),
    [
        ("ControlException", REFLEX, NeedsRecovery, "communication_constraints_violation .*real-time.*: recover"),
        ("ControlException", 'aborted by reflex! ["new_one"]', NeedsRecovery, "stopped itself: new_one: recover"),
        ("ControlException", "libfranka: Move command aborted: User Stop pressed!", ControllerStopped, "User Stop"),
        ("CommandException", 'command not possible in the current mode ("Reflex")!', NeedsRecovery, "then recover"),
        (
            "CommandException",
            "libfranka: Set Load command rejected: invalid argument!",
            RobotError,
            "refused: Set Load",
        ),
        ("NetworkException", "libfranka: UDP receive: Timeout", RobotUnreachable, "UDP receive: Timeout.*FCI"),
        ("RuntimeError", "Net Exception", RobotUnreachable, "does not answer"),
        ("IncompatibleVersionException", "server version: 5, library version: 10", RobotError, "a Panda `polymetis`"),
        ("RealtimeException", "no realtime capabilities", RobotError, "realtime: ignore"),
    ],
)
def test_what_franky_raises_is_told_with_the_cure(kind: str, text: str, error: type[RobotError], says: str) -> None:
    explained = explain("the robot at 10.0.0.1", kind, text)
    assert type(explained) is error
    with pytest.raises(error, match=rf"^the robot at 10.0.0.1.*{says}"):
        raise explained


def test_a_cure_is_told_once() -> None:
    assert str(needs_recovery("it", ("joint_reflex", "cartesian_reflex"))).count("see what it touched") == 1


def test_a_missing_library_is_told_with_the_line_that_installs_it() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_FRANKY], capture_output=True, text=True, check=True)
    assert "pip install 'franky-control" in done.stdout
