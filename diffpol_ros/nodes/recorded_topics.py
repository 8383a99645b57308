"""What the recorder records: every topic of the graph, deep enough to lose none between two visits."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from rclpy.qos import QoSProfile, ReliabilityPolicy

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.image_format import BEST_QUALITY, JPEG_QUALITY, ImageFormat
from diffpol_ros.core.settings import setting
from diffpol_ros.nodes.quality import JOURNAL, RECORDED_EVENTS, RECORDED_STATES
from diffpol_ros.replay.message_types import (
    CAMERA_INFO,
    CHUNK,
    IMAGE,
    JOINTS,
    POSE,
    POSE_WITH_COVARIANCE,
    STATUSES,
    TEXT,
)

RECORDED_IMAGES = QoSProfile(depth=8, reliability=ReliabilityPolicy.BEST_EFFORT)


@dataclass(frozen=True)
class RecorderParameters:
    """What is recorded, and where to."""

    bag_folder: str = setting(description="folder of the bag; must not exist yet")
    cameras: tuple[str, ...] = setting(("front", "side"), description="cameras whose topics are recorded")
    objects: tuple[str, ...] = setting(("block",), description="objects whose estimates and truths are recorded")
    image_cameras: tuple[str, ...] = setting(("front", "side"), description="cameras whose images are recorded too")
    image_stride: int = setting(1, description="record every n-th image of each camera; 0: none", minimum=0)
    image_format: str = setting("raw", description="raw: images as they were sent; png: without loss; jpeg: with")
    jpeg_quality: int = setting(JPEG_QUALITY, description="of jpeg images", minimum=1, maximum=BEST_QUALITY)
    queue_megabytes: int = setting(256, description="backlog [MiB] beyond which messages are dropped", minimum=1)
    split_megabytes: int = setting(0, description="size [MiB] at which the next file begins; 0: never", minimum=0)
    split_seconds: float = setting(0.0, description="length [s] at which the next file begins; 0: never", minimum=0.0)

    @property
    def packing(self) -> ImageFormat:
        """Return how images are stored; SettingsError where that is no format."""
        return ImageFormat(self.image_format, self.jpeg_quality)


@dataclass(frozen=True)
class Source:
    """A topic as the recorder subscribes to it; every `stride`-th message is kept."""

    topic: str
    type_name: str
    quality: QoSProfile
    stride: int = 1


def sources(parameters: RecorderParameters) -> list[Source]:
    """Return every topic of the graph, relative to the namespace."""
    found = [
        Source("joint_states", JOINTS, RECORDED_STATES),
        Source("end_effector_pose", POSE, RECORDED_STATES),
        Source("joint_targets", JOINTS, RECORDED_STATES),
        Source("action_chunk", CHUNK, RECORDED_EVENTS),
        Source("policy/inference", STATUSES, RECORDED_EVENTS),
        Source("objects/status", STATUSES, RECORDED_EVENTS),
        Source("gate", STATUSES, RECORDED_EVENTS),
        *(Source(f"{stage}/journal", TEXT, JOURNAL) for stage in ("estimation", "policy", "bridge")),
        Source("/parameter_events", "rcl_interfaces/msg/ParameterEvent", RECORDED_EVENTS),
        Source("/diagnostics", STATUSES, RECORDED_EVENTS),
    ]
    for name in parameters.objects:
        found.append(Source(f"objects/{name}/pose", POSE_WITH_COVARIANCE, RECORDED_EVENTS))
        found.append(Source(f"twin/truth/{name}", POSE, RECORDED_STATES))
    for name in parameters.cameras:
        found.append(Source(f"camera/{name}/camera_info", CAMERA_INFO, RECORDED_IMAGES))
        if parameters.image_stride and name in parameters.image_cameras:
            found.append(Source(f"camera/{name}/image_raw", IMAGE, RECORDED_IMAGES, parameters.image_stride))
    return found


def message_type(name: str) -> Any:
    """Return the message class of a name such as IMAGE."""
    try:
        package, kind, message = name.split("/")
        return getattr(import_module(f"{package}.{kind}"), message)
    except (ImportError, AttributeError, ValueError) as error:
        raise ResourceError(
            f"message type {name}: its package is not installed for this Python: source the workspace that has it"
        ) from error
