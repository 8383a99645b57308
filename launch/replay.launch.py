"""Play a bag to live nodes on its own time: `ros2 launch diffpol_ros replay.launch.py bag:=<folder>`. No arm moves."""

from launch import LaunchDescription

from diffpol_ros.graph.arguments import ReplayArguments
from diffpol_ros.graph.description import replay_graph
from diffpol_ros.nodes.launching import launch_description


def generate_launch_description() -> LaunchDescription:
    """Return the graph of a replay; `--show-args` lists its arguments."""
    return launch_description(replay_graph, ReplayArguments)
