"""Start the stack with the twin in the robot's and the cameras' place: `ros2 launch diffpol_ros twin.launch.py`."""

from launch import LaunchDescription

from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.description import twin_graph
from diffpol_ros.nodes.launching import launch_description


def generate_launch_description() -> LaunchDescription:
    """Return the twin's graph; `--show-args` lists its arguments."""
    return launch_description(twin_graph, LaunchArguments)
