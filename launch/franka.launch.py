"""Start the stack beside a real arm: `ros2 launch diffpol_ros franka.launch.py robot_host:=<address>`."""

from launch import LaunchDescription

from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.description import franka_graph
from diffpol_ros.nodes.launching import launch_description


def generate_launch_description() -> LaunchDescription:
    """Return the arm's graph; `--show-args` lists its arguments."""
    return launch_description(franka_graph, LaunchArguments)
