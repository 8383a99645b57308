"""Descriptions of robots and cameras with mistakes in them: the node that reads one names file, line and cure."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from diffpol_ros.core.resources import resource_root
from diffpol_ros.faults.fault import Fault, Recovery, Start
from diffpol_ros.graph.arguments import LaunchArguments

ROBOT, CAMERA = "robots/panda.yaml", "cameras/front.yaml"


def copied(folder: Path, name: str, old: str, new: str) -> Path:
    """Return a copy of a calibration file in `folder`, in which `old` became `new`."""
    source = resource_root() / "calibration" / name
    text = source.read_text(encoding="utf-8")
    assert old in text, f"{name} has no {old!r}"
    target = folder / source.name
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    return target


def of_robot(folder: Path, old: str, new: str) -> Start:
    """Return the start of a bridge that reads a changed robot's file."""
    return Start("bridge", LaunchArguments(robot=str(copied(folder, ROBOT, old, new)), record=False))


def of_camera(folder: Path, old: str, new: str) -> Start:
    """Return the start of estimation that reads a changed camera's file."""
    return Start("estimation", LaunchArguments(cameras=(str(copied(folder, CAMERA, old, new)),), record=False))


def of_nobody(_: Path) -> Start:
    """Return the start of a bridge whose robot is misspelt."""
    return Start("bridge", LaunchArguments(robot="pandaa", record=False))


def _refused(name: str, what: str, words: tuple[str, ...], start: Callable[[Path], Start]) -> Fault:
    return Fault(name=name, what=what, expected=(), recovery=Recovery.REFUSED, start=start, words=words)


def _robot(name: str, what: str, words: tuple[str, ...], old: str, new: str) -> Fault:
    return _refused(name, what, ("panda.yaml:", *words), partial(of_robot, old=old, new=new))


VELOCITY = "velocity: [2.175, 2.175, 2.175, 2.175, 2.61, 2.61, 2.61]"
LOWER, UPPER = "lower: [-2.8973, -1.7628, -2.8973,", "upper: [2.8973, 1.7628, 2.8973,"

CALIBRATION_FAULTS = (
    _robot(
        "limits_missing_joint",
        "A limit is given for six of seven joints.",
        ("velocity",),
        VELOCITY,
        VELOCITY.replace(", 2.61]", "]"),
    ),
    _robot(
        "limits_swapped",
        "A joint's lower limit is above its upper one.",
        ("lower",),
        LOWER,
        "lower: [2.9, -1.7628, -2.8973,",
    ),
    _robot(
        "limits_in_degrees",
        "A joint's limits are in degrees.",
        ("limits.lower[0] is -166.0",),
        LOWER,
        "lower: [-166.0, -101.0, -166.0,",
    ),
    _robot(
        "gains_out_of_range",
        "A joint's stiffness is a hundred times the usual.",
        ("joint_stiffness",),
        "joint_stiffness: [40.0,",
        "joint_stiffness: [4000.0,",
    ),
    _robot(
        "gripper_too_wide",
        "The gripper's width is in millimetres.",
        ("maximum_width",),
        "maximum_width: 0.08",
        "maximum_width: 80.0",
    ),
    _refused("robot_unknown", "The robot's name is misspelt.", ("did you mean 'panda'?",), of_nobody),
    _refused(
        "camera_malformed",
        "A camera's focal length is no number.",
        ("front.yaml:", "fx"),
        partial(of_camera, old="fx: 570.0", new="fx: wide"),
    ),
    _refused(
        "camera_turned_to_nowhere",
        "A camera's quaternion is no rotation.",
        ("front.yaml:", "quaternion"),
        partial(of_camera, old="quaternion: [-0.5862180894,", new="quaternion: [-5.862180894,"),
    ),
)
