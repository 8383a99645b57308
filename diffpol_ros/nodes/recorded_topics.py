"""What the recorder records: every topic of the graph, deep enough to lose none between two visits."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from rclpy.qos import QoSProfile, ReliabilityPolicy

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.settings import setting
from diffpol_ros.nodes.quality import JOURNAL, RECORDED_EVENTS, RECORDED_STATES

RECORDED_IMAGES = QoSProfile(depth=8, reliability=ReliabilityPolicy.BEST_EFFORT)


@dataclass(frozen=True)
class RecorderParameters:
    """What is recorded, and where to."""

    bag_folder: str = setting(description="folder of the bag; must not exist yet")
    cameras: tuple[str, ...] = setting(("front", "side"), description="cameras whose topics are recorded")
    objects: tuple[str, ...] = setting(("block",), description="objects whose estimates and truths are recorded")
    image_cameras: tuple[str, ...] = setting(("front", "side"), description="cameras whose images are recorded too")
    image_stride: int = setting(1, description="record every n-th image of each camera; 0: none", minimum=0)
    queue_megabytes: int = setting(256, description="backlog [MiB] beyond which messages are dropped", minimum=1)
    split_megabytes: int = setting(0, description="size [MiB] at which the next file begins; 0: never", minimum=0)
    split_seconds: float = setting(0.0, description="length [s] at which the next file begins; 0: never", minimum=0.0)


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
        Source("joint_states", "sensor_msgs/msg/JointState", RECORDED_STATES),
        Source("end_effector_pose", "geometry_msgs/msg/PoseStamped", RECORDED_STATES),
        Source("joint_targets", "sensor_msgs/msg/JointState", RECORDED_STATES),
        Source("action_chunk", "trajectory_msgs/msg/MultiDOFJointTrajectory", RECORDED_EVENTS),
        Source("policy/inference", "diagnostic_msgs/msg/DiagnosticArray", RECORDED_EVENTS),
        Source("objects/status", "diagnostic_msgs/msg/DiagnosticArray", RECORDED_EVENTS),
        Source("gate", "diagnostic_msgs/msg/DiagnosticArray", RECORDED_EVENTS),
        *(Source(f"{stage}/journal", "std_msgs/msg/String", JOURNAL) for stage in ("estimation", "policy", "bridge")),
        Source("/parameter_events", "rcl_interfaces/msg/ParameterEvent", RECORDED_EVENTS),
        Source("/diagnostics", "diagnostic_msgs/msg/DiagnosticArray", RECORDED_EVENTS),
    ]
    for name in parameters.objects:
        found.append(Source(f"objects/{name}/pose", "geometry_msgs/msg/PoseWithCovarianceStamped", RECORDED_EVENTS))
        found.append(Source(f"twin/truth/{name}", "geometry_msgs/msg/PoseStamped", RECORDED_STATES))
    for name in parameters.cameras:
        found.append(Source(f"camera/{name}/camera_info", "sensor_msgs/msg/CameraInfo", RECORDED_IMAGES))
        if parameters.image_stride and name in parameters.image_cameras:
            found.append(
                Source(f"camera/{name}/image_raw", "sensor_msgs/msg/Image", RECORDED_IMAGES, parameters.image_stride)
            )
    return found


def message_type(name: str) -> Any:
    """Return the message class of a name such as "sensor_msgs/msg/Image"."""
    try:
        package, kind, message = name.split("/")
        return getattr(import_module(f"{package}.{kind}"), message)
    except (ImportError, AttributeError, ValueError) as error:
        raise ResourceError(
            f"message type {name}: its package is not installed for this Python: source the workspace that has it"
        ) from error
