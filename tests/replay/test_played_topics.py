"""What of a bag is played: what estimation and policy hear, and nothing that they or the bridge say."""

import pytest

from diffpol_ros.replay.played_topics import played_topics
from diffpol_ros.replay.tape import Contents

STATUSES, POSE = "diagnostic_msgs/msg/DiagnosticArray", "geometry_msgs/msg/PoseStamped"
JOINT, TEXT = "sensor_msgs/msg/JointState", "std_msgs/msg/String"
HEARD = {
    "joint_states": JOINT,
    "end_effector_pose": POSE,
    "gate": STATUSES,
    "camera/front/image_raw": "sensor_msgs/msg/Image",
    "camera/front/camera_info": "sensor_msgs/msg/CameraInfo",
    "twin/truth/block": POSE,
}
ESTIMATED = {"objects/block/pose": "geometry_msgs/msg/PoseWithCovarianceStamped", "objects/status": STATUSES}
SAID = {
    "joint_targets": JOINT,
    "action_chunk": "trajectory_msgs/msg/MultiDOFJointTrajectory",
    "policy/inference": STATUSES,
    "policy/status": STATUSES,
    "estimation/journal": TEXT,
    "policy/journal": TEXT,
    "bridge/journal": TEXT,
    "twin/scene": JOINT,
    "recording/about": TEXT,
}
GLOBAL = {
    "/clock": "rosgraph_msgs/msg/Clock",
    "/diagnostics": STATUSES,
    "/parameter_events": "rcl_interfaces/msg/ParameterEvent",
    "/tf": "tf2_msgs/msg/TFMessage",
}


def contents(*topics: dict[str, str], namespace: str = "", foreign: tuple[str, ...] = ()) -> Contents:
    below = {f"{namespace}/{name}": kind for each in topics for name, kind in each.items()}
    return Contents({**below, **GLOBAL}, frozenset(foreign), 10**9, 0)


@pytest.mark.parametrize("namespace", ["", "/left"])
def test_what_is_heard_is_played_and_what_is_said_never(namespace: str) -> None:
    everything = contents(HEARD, ESTIMATED, SAID, namespace=namespace)
    played = played_topics(everything, namespace)
    assert dict(played.types) == HEARD
    assert dict(played.names) == {f"{namespace}/{name}": name for name in HEARD}
    assert not played.complaints and not played.lacking(estimated=False)


def test_where_estimation_does_not_run_what_it_said_is_played() -> None:
    played = played_topics(contents(HEARD, ESTIMATED, SAID), estimated=True)
    assert dict(played.types) == {**HEARD, **ESTIMATED}


def test_another_namespace_is_another_robot() -> None:
    assert not played_topics(contents(HEARD, namespace="/left"), "right").types
    assert not played_topics(contents(HEARD, namespace="/left")).types


def test_a_topic_of_another_type_or_definition_is_left_out_and_named() -> None:
    other = contents({**HEARD, "gate": TEXT}, foreign=("/twin/truth/block",))
    played = played_topics(other)
    assert not {"gate", "twin/truth/block"} & played.types.keys()
    assert [complaint.split(" is ")[0] for complaint in played.complaints] == ["/gate", "/twin/truth/block"]
    assert "expected diagnostic_msgs/msg/DiagnosticArray" in played.complaints[0]
    assert "another definition" in played.complaints[1]


def test_packed_images_are_played_as_they_were_sent() -> None:
    packed = {name: kind for name, kind in HEARD.items() if "image_raw" not in name}
    packed["camera/front/image_raw/compressed"] = "sensor_msgs/msg/CompressedImage"
    played = played_topics(contents(packed, namespace="/left"), "left")
    assert dict(played.types) == HEARD
    assert played.names["/left/camera/front/image_raw/compressed"] == "camera/front/image_raw"
    assert played.images and not played.complaints


def test_where_images_are_there_in_both_forms_those_that_were_sent_are_played() -> None:
    both = {**HEARD, "camera/front/image_raw/compressed": "sensor_msgs/msg/CompressedImage"}
    played = played_topics(contents(both))
    assert dict(played.names) == {f"/{name}": name for name in HEARD}
    (complaint,) = played.complaints
    assert (
        complaint
        == "/camera/front/image_raw/compressed is not played: /camera/front/image_raw is, which is not compressed"
    )


@pytest.mark.parametrize(
    ("missing", "estimated", "named"),
    [
        ("joint_states", False, "has no joint_states"),
        ("end_effector_pose", True, "has no end_effector_pose"),
        ("camera/front/image_raw", False, "estimates:=recorded"),
        ("objects/status", True, "has no objects/status"),
        ("gate", False, ""),
        ("camera/front/image_raw", True, ""),
    ],
)
def test_what_is_missing_is_said_with_the_cure(missing: str, estimated: bool, named: str) -> None:
    given = {name: kind for name, kind in {**HEARD, **ESTIMATED}.items() if name != missing}
    told = played_topics(contents(given), estimated=estimated).lacking(estimated=estimated)
    assert named in told and bool(named) == bool(told)
