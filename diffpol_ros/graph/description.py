"""The one list of nodes: launch files, demo and tests all start what is written here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.image_format import AS_SENT, ImageFormat
from diffpol_ros.core.resources import resource_root
from diffpol_ros.graph.arguments import LaunchArguments, ReplayArguments, parameter_folder
from diffpol_ros.graph.joining import PROFILE

PACKAGE = "diffpol_ros"
# The arm holds without them, and goes on when they are back; a new bridge is disabled until a person enables it.
# The twin is the robot and its world, which would begin anew; no recorder writes a bag that another began.
RESPAWNED = ("twin_camera", "bridge", "estimation", "policy")
# What must answer within milliseconds goes before what may take a picture's time.
FIRST, STANDS_BACK = ("twin", "bridge", "player"), 5
# A process that is killed may keep those who use shared memory waiting for a second; without images nobody needs it.
UNDISTURBED = ("twin", "bridge")
SHARED_MEMORY, ALONE = "fastdds.xml", "fastdds_udp.xml"
# Who tells the time, which all others go by.
TIMEKEEPERS = ("twin", "player")
ParameterValue = bool | int | float | str | list[str]


@dataclass(frozen=True)
class NodeDescription:
    """One process of the graph.

    name: of the ROS node. module: what `python -m` runs. parameters override those of parameter_file.
    respawn: whether it is started again when it is killed. vital: whether the graph ends when it is not.
    niceness: how far it stands back where processors are scarce, as `nice` counts it.
    """

    name: str
    module: str
    namespace: str
    parameter_file: Path
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    remappings: tuple[tuple[str, str], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    respawn: bool = False
    vital: bool = True
    niceness: int = 0

    @property
    def executable(self) -> str:
        """Return the name under lib/diffpol_ros that `ros2 launch` and `ros2 run` know."""
        return self.module.rsplit(".", 1)[-1]


def twin_graph(arguments: LaunchArguments) -> tuple[NodeDescription, ...]:
    """Return the stack with the twin in the robot's and the cameras' place."""
    # At another speed than the world's, the twin publishes /clock and everybody else lives on it.
    graph = _Graph(arguments, simulated=arguments.speed != 1.0)
    twin = graph.node(
        "twin",
        robot=arguments.robot,
        **_ports(arguments),
        seed=arguments.seed,
        speed=arguments.speed,
    )
    camera = graph.node("twin_camera", cameras=list(arguments.cameras), robot=arguments.robot)
    return (twin, camera, *_stack(graph, arguments))


def franka_graph(arguments: LaunchArguments) -> tuple[NodeDescription, ...]:
    """Return the stack beside a real arm; camera drivers publish camera/<name>/image_raw themselves."""
    return _stack(_Graph(arguments), arguments)


def replay_graph(arguments: ReplayArguments) -> tuple[NodeDescription, ...]:
    """Return those who decide, with a bag in the place of robot and cameras: no bridge, nothing that moves an arm."""
    if not arguments.bag:
        raise SettingsError("bag: is not given; which bag shall be played? bag:=<folder>")
    graph = _Graph(arguments, simulated=True)
    decides = (_estimation, _policy) if arguments.estimates == "live" else (_policy,)
    deciding = tuple(node(graph, arguments) for node in decides)
    player = graph.node(
        "player",
        bag=str(Path(arguments.bag).absolute()),
        bag_namespace=arguments.bag_namespace,
        estimates=arguments.estimates,
        speed=arguments.speed,
        position=arguments.start,
        loop=arguments.loop,
        listeners=[f"{node.name}/journal" for node in deciding],
    )
    return (player, *deciding, *_recording(graph, arguments))


def _stack(graph: "_Graph", arguments: LaunchArguments) -> tuple[NodeDescription, ...]:
    bridge = graph.node(
        "bridge",
        robot=arguments.robot,
        robot_host=arguments.robot_host,
        arm_port=arguments.arm_port,
        gripper_port=arguments.gripper_port,
        **_keep_outs(arguments),
    )
    return (bridge, _estimation(graph, arguments), _policy(graph, arguments), *_recording(graph, arguments))


def _estimation(graph: "_Graph", arguments: LaunchArguments) -> NodeDescription:
    return graph.node("estimation", cameras=list(arguments.cameras), objects=list(arguments.objects))


def _policy(graph: "_Graph", arguments: LaunchArguments) -> NodeDescription:
    return graph.node("policy", model=arguments.model, **_models(arguments), robot=arguments.robot)


def _recording(graph: "_Graph", arguments: LaunchArguments) -> tuple[NodeDescription, ...]:
    if not arguments.record:
        return ()
    recorder = graph.node(
        "recorder",
        bag_folder=str(Path(arguments.bag_folder).absolute()),
        cameras=list(arguments.cameras),
        objects=list(arguments.objects),
        image_cameras=list(arguments.image_cameras),
        image_stride=arguments.image_stride,
        **_packing(arguments),
    )
    return (recorder,)


def _packing(arguments: LaunchArguments) -> dict[str, ParameterValue]:
    """Return how images are packed, where that was chosen; what cannot be is refused before anything runs."""
    quality = arguments.jpeg_quality
    ImageFormat(arguments.image_format or AS_SENT.kind, quality or AS_SENT.jpeg_quality)
    chosen = {"image_format": arguments.image_format, "jpeg_quality": quality}
    return {name: value for name, value in chosen.items() if value}


def _ports(arguments: LaunchArguments) -> dict[str, ParameterValue]:
    """Return the ports that were chosen; the twin's own are those of the panda's description."""
    chosen = {"arm_port": arguments.arm_port, "gripper_port": arguments.gripper_port}
    return {name: port for name, port in chosen.items() if port}


def _keep_outs(arguments: LaunchArguments) -> dict[str, ParameterValue]:
    """Return where no part of the arm may be; a file is absolute, as nodes may run in a folder of their own."""
    chosen = arguments.keep_outs
    return {"keep_outs": str(Path(chosen).absolute()) if "/" in chosen else chosen} if chosen else {}


def _models(arguments: LaunchArguments) -> dict[str, ParameterValue]:
    # Absolute, as nodes may run in a folder of their own.
    return {"models": str(Path(arguments.models).absolute())} if arguments.models else {}


class _Graph:
    """Fills in what all nodes have in common."""

    def __init__(self, arguments: LaunchArguments, simulated: bool = False) -> None:
        self._namespace = arguments.namespace
        self._root = resource_root()
        self._folder = parameter_folder(arguments, self._root)
        self._simulated = simulated

    def node(self, name: str, **parameters: ParameterValue) -> NodeDescription:
        file = self._folder / f"{name}.yaml"
        if not file.is_file():
            raise ResourceError(f"{file}: node {name} has no parameter file; launch/params holds one a node")
        lives_on_clock = self._simulated and name not in TIMEKEEPERS
        simulated: dict[str, ParameterValue] = {"use_sim_time": True} if lives_on_clock else {}
        return NodeDescription(
            name=name,
            module=f"{PACKAGE}.nodes.{name}_node",
            namespace=self._namespace,
            parameter_file=file.absolute(),
            parameters={**parameters, **simulated},
            environment={PROFILE: str(self._root / "launch" / (ALONE if name in UNDISTURBED else SHARED_MEMORY))},
            respawn=name in RESPAWNED,
            vital=name != "recorder",
            niceness=0 if name in FIRST else STANDS_BACK,
        )
