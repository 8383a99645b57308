"""Qualities of service as rosbag2 writes them into a bag, and the one that hears all publishers of a topic."""

from collections.abc import Sequence

import yaml
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

DEPTH, IMAGE_DEPTH = 2000, 30
"""Two seconds at 1 kHz, and of a fast camera: what the recorder may be kept waiting before anything is lost."""


def as_rosbag2(profiles: Sequence[QoSProfile]) -> str:
    """Return the YAML text that rosbag2 of Humble and Jazzy reads."""
    return yaml.safe_dump([_profile(profile) for profile in profiles], sort_keys=False) if profiles else ""


def hearing_all(offered: Sequence[QoSProfile], *, images: bool) -> QoSProfile:
    """Return what a subscription must ask to hear every publisher: no more than the least that one offers."""
    reliable = all(each.reliability == ReliabilityPolicy.RELIABLE for each in offered)
    latched = all(each.durability == DurabilityPolicy.TRANSIENT_LOCAL for each in offered)
    return QoSProfile(
        depth=IMAGE_DEPTH if images else DEPTH,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )


def _profile(profile: QoSProfile) -> dict[str, object]:
    return {
        "history": int(profile.history),
        "depth": profile.depth,
        "reliability": int(profile.reliability),
        "durability": int(profile.durability),
        "deadline": _duration(profile.deadline),
        "lifespan": _duration(profile.lifespan),
        "liveliness": int(profile.liveliness),
        "liveliness_lease_duration": _duration(profile.liveliness_lease_duration),
        "avoid_ros_namespace_conventions": profile.avoid_ros_namespace_conventions,
    }


def _duration(duration: Duration) -> dict[str, int]:
    seconds, nanoseconds = divmod(duration.nanoseconds, 1_000_000_000)
    return {"sec": seconds, "nsec": nanoseconds}
