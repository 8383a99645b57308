"""ROS, drawing without a screen, and what networks run on: each tried in a process of its own, which may crash."""

import json
import os
from pathlib import Path

from diffpol_ros.core.resources import resource_root
from diffpol_ros.doctor.asking import ask
from diffpol_ros.doctor.finding import Finding, ill, warning, well
from diffpol_ros.graph.command import ros_environment
from diffpol_ros.graph.description import SHARED_MEMORY
from diffpol_ros.graph.ports import free_domain

DRAW = (
    "from diffpol_ros.twin.gl import create_context; import os; create_context(64, 64); print(os.environ['MUJOCO_GL'])"
)
PROVIDERS = "import onnxruntime; print(onnxruntime.__version__, *onnxruntime.get_available_providers())"
ROS_CURE = "source /opt/ros/<distro>/setup.bash, or run `make setup-demo`, which brings ROS as wheels"
PROFILE = "FASTRTPS_DEFAULT_PROFILES_FILE"


def ros(log_folder: Path) -> Finding:
    """Return which ROS this is, and whether an image gets from one of its nodes to another."""
    with free_domain() as domain:
        environment = {**ros_environment(log_folder, domain), PROFILE: str(resource_root() / "launch" / SHARED_MEMORY)}
        said, failure = ask(["-m", "diffpol_ros.nodes.ros_probe"], environment)
    if failure:
        return ill("ROS 2", failure, ROS_CURE)
    told = json.loads(said)
    what = f"{told['distro']}, {told['middleware']}, rclpy from {told['where']}"
    if told["images"] < told["sent"]:
        lost = f"{what}: {told['sent'] - told['images']} of {told['sent']} images lost between two nodes"
        return ill("ROS 2", lost, f"use FastDDS with {PROFILE}={resource_root() / 'launch' / SHARED_MEMORY}")
    return well("ROS 2", f"{what}; images pass")


def profile() -> Finding:
    """Return whether nodes started from this shell would use a DDS profile through which images pass."""
    named = os.environ.get(PROFILE, "")
    if named and not Path(named).is_file():
        return ill("DDS profile", f"{PROFILE} is {named}, which does not exist", f"unset {PROFILE}")
    own = resource_root() / "launch" / SHARED_MEMORY
    if not named:
        cure = f"export {PROFILE}={own}"
        return warning("DDS profile", "none: nodes that you start by hand may lose images; launch files set it", cure)
    return well("DDS profile", named)


def drawing() -> Finding:
    """Return whether the twin's cameras can draw."""
    said, failure = ask(["-c", DRAW], dict(os.environ))
    if failure:
        return ill("drawing without a screen", failure, "only the twin's cameras need it; a robot does not")
    return well("drawing without a screen", said)


def inference() -> Finding:
    """Return what networks can run on."""
    said, failure = ask(["-c", PROVIDERS], dict(os.environ))
    if failure:
        return ill("onnxruntime", failure, "pip install onnxruntime, or onnxruntime-gpu where there is a CUDA GPU")
    return well("onnxruntime", said.replace("ExecutionProvider", ""))
