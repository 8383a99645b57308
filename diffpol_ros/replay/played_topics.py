"""Which topics of a bag are played: what estimation and policy hear, never what they said, nor what a robot obeys."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from diffpol_ros.replay import message_types
from diffpol_ros.replay.image_topics import COMPRESSED
from diffpol_ros.replay.tape import Contents

JOINTS, HAND, STATUS = "joint_states", "end_effector_pose", "objects/status"
NEEDED = (JOINTS, HAND)
IMAGE = r"camera/\w+/image_raw"
PLAYED: Mapping[str, str] = {
    JOINTS: message_types.JOINTS,
    HAND: message_types.POSE,
    "gate": message_types.STATUSES,
    IMAGE: message_types.IMAGE,
    IMAGE + COMPRESSED: message_types.COMPRESSED_IMAGE,
    r"camera/\w+/camera_info": message_types.CAMERA_INFO,
    r"twin/truth/\w+": message_types.POSE,
}
"""What comes from outside of both, by the pattern of its name; the gate's verdicts are heard by the policy.

Compressed images are played decompressed, as live nodes hear no others."""
ESTIMATED: Mapping[str, str] = {
    r"objects/\w+/pose": message_types.POSE_WITH_COVARIANCE,
    STATUS: message_types.STATUSES,
}
"""What estimation said: played where it does not run."""


@dataclass(frozen=True)
class PlayedTopics:
    """names: what each topic of the bag is played as, relative to the namespace. types: as what type each of these is.

    complaints: what is left out, and why.
    """

    names: Mapping[str, str]
    types: Mapping[str, str]
    complaints: tuple[str, ...]

    @property
    def images(self) -> bool:
        """Return whether any camera's images are among them."""
        return any(re.fullmatch(IMAGE, name) for name in self.types)

    def lacking(self, *, estimated: bool) -> str:
        """Return what is missing to play to live nodes, or an empty text; `estimated`: estimation does not run."""
        missing = [name for name in (*NEEDED, *((STATUS,) if estimated else ())) if name not in self.types]
        if missing:
            return f"has no {' and no '.join(missing)}, without which no policy decides"
        if not estimated and not self.images:
            return "has no images for estimation to look at: play what it said then, by estimates:=recorded"
        return ""


def played_topics(contents: Contents, namespace: str = "", *, estimated: bool = False) -> PlayedTopics:
    """Return what of a bag's `contents` below `namespace` is played; `estimated`: what estimation said as well."""
    prefix = f"/{namespace.strip('/')}/" if namespace.strip("/") else "/"
    known = {**PLAYED, **(ESTIMATED if estimated else {})}
    names: dict[str, str] = {}
    complaints = []
    for topic, kind in sorted(contents.topics.items()):
        name = topic.removeprefix(prefix) if topic.startswith(prefix) else ""
        expected = next((known[pattern] for pattern in known if re.fullmatch(pattern, name)), None)
        played_as = name.removesuffix(COMPRESSED)
        if expected is None:
            continue
        if kind != expected or topic in contents.foreign:
            how = "in another definition than the one known here" if kind == expected else f"expected {expected}"
            complaints.append(f"{topic} is a {kind}, {how}: it is not played")
        elif played_as in names.values():
            complaints.append(f"{topic} is not played: {prefix}{played_as} is, which is not compressed")
        else:
            names[topic] = played_as
    types = {name: _sent_as(contents.topics[topic]) for topic, name in names.items()}
    return PlayedTopics(names, types, tuple(complaints))


def _sent_as(kind: str) -> str:
    return message_types.IMAGE if kind == message_types.COMPRESSED_IMAGE else kind
