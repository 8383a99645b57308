"""Bundles that are damaged, edited, or made for something else: none of them ever runs."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from diffpol_ros.core.resources import find_resource, resource_root
from diffpol_ros.faults.fault import Fault, Recovery, Start
from diffpol_ros.graph.arguments import LaunchArguments

Damage = Callable[[Path], None]
BUNDLE, NETWORK, MANIFEST = "block_lift", "denoiser.onnx", "manifest.yaml"
LOST_BYTES = 1000


def truncated(bundle: Path) -> None:
    """Lose the end of the network, as an interrupted copy does."""
    network = bundle / NETWORK
    network.write_bytes(network.read_bytes()[:-LOST_BYTES])


def bit_flipped(bundle: Path) -> None:
    """Turn one bit in the middle of the network, as a bad memory card does."""
    network = bundle / NETWORK
    content = bytearray(network.read_bytes())
    content[len(content) // 2] ^= 1
    network.write_bytes(bytes(content))


def edited(bundle: Path, old: str, new: str) -> None:
    """Edit the manifest by hand."""
    manifest = bundle / MANIFEST
    text = manifest.read_text(encoding="utf-8")
    assert old in text
    manifest.write_text(text.replace(old, new, 1), encoding="utf-8")


def swapped(bundle: Path) -> None:
    """Swap the order of two entries of the observation."""
    edited(bundle, "{name: end_effector.position, unit: m, size: 3}", "{name: gripper.width, unit: m, size: 1}")


def prepared(folder: Path, damage: Damage) -> Start:
    """Return the start of a policy from a damaged copy of the shipped bundle in `folder`."""
    models = folder / "models"
    shutil.copytree(find_resource("models", BUNDLE), models / BUNDLE)
    damage(models / BUNDLE)
    return Start("policy", LaunchArguments(model=BUNDLE, models=str(models), record=False))


def of_another_robot(folder: Path) -> Start:
    """Return the start of a policy beside a robot that its bundle was not made for."""
    robot = folder / "stranger.yaml"
    text = (resource_root() / "calibration" / "robots" / "panda.yaml").read_text(encoding="utf-8")
    robot.write_text(text.replace("name: panda", "name: stranger", 1), encoding="utf-8")
    return Start("policy", LaunchArguments(robot=str(robot), record=False))


def _refused(name: str, what: str, words: tuple[str, ...], start: Callable[[Path], Start]) -> Fault:
    return Fault(name=name, what=what, expected=(), recovery=Recovery.REFUSED, start=start, words=words)


def _damaged(name: str, what: str, words: tuple[str, ...], damage: Damage) -> Fault:
    return _refused(f"bundle_{name}", what, words, partial(prepared, damage=damage))


BUNDLE_FAULTS = (
    _damaged("truncated", "The end of the network's file is lost.", (NETWORK, "sha256 is"), truncated),
    _damaged("bit_flipped", "One bit of the network is another.", (NETWORK, "sha256 is"), bit_flipped),
    _damaged(
        "of_other_rate",
        "The manifest says 20 Hz, the network was trained at 10 Hz.",
        (MANIFEST, "rate_hz"),
        partial(edited, old="rate_hz: 10.0", new="rate_hz: 20.0"),
    ),
    _damaged(
        "of_other_shape",
        "The manifest says 12 predicted steps, the network gives 16.",
        (MANIFEST, "action"),
        partial(edited, old="predicted_steps: 16", new="predicted_steps: 12"),
    ),
    _damaged(
        "of_other_order", "The numbers of the observation are in another order.", (MANIFEST, "entries[0]"), swapped
    ),
    _refused("bundle_of_other_robot", "The bundle is for another robot.", ("stranger", "panda"), of_another_robot),
)
