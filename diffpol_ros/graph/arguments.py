"""The launch arguments: the same names for the twin, the real arm, the launch files and the demo."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.settings import closest, out_of_range, setting


@dataclass(frozen=True)
class LaunchArguments:
    """What a person may choose when the stack starts. Empty texts mean: what the parameter file says."""

    namespace: str = setting("", description="namespace of every node and topic")
    model: str = setting("block_lift", description="policy bundle: its name in the models folder; a*b: a product")
    models: str = setting("", description="folder that holds the bundles; empty: models/ of this package")
    robot: str = setting("panda", description="robot description: a name in calibration/robots/ or a file")
    cameras: tuple[str, ...] = setting(("front", "side"), description="camera names, comma separated")
    objects: tuple[str, ...] = setting(("block",), description="object names, comma separated")
    robot_host: str = setting("", description="host of the robot's servers; empty: as described")
    arm_port: int = setting(0, description="port of the arm's server; 0: as described", minimum=0, maximum=65535)
    gripper_port: int = setting(0, description="port of the gripper's; 0: as described", minimum=0, maximum=65535)
    keep_outs: str = setting("", description="a lab's own keep-outs: a name in calibration/keep_outs/ or a file")
    record: bool = setting(True, description="record a bag")
    bag_folder: str = setting("results/bag", description="folder of the bag; must not exist yet")
    image_cameras: tuple[str, ...] = setting(("front", "side"), description="cameras whose images are recorded")
    image_stride: int = setting(1, description="record every n-th image of each camera; 0: none", minimum=0)
    image_format: str = setting("", description="raw, png (packed without loss) or jpeg; empty: as in recorder.yaml")
    jpeg_quality: int = setting(0, description="of jpeg images, 1 to 100; 0: as in recorder.yaml", minimum=0)
    seed: int = setting(0, description="seed of the twin's first scene", minimum=0)
    speed: float = setting(1.0, description="speed of the twin's clock against real time", minimum=0.01, maximum=100.0)
    parameters: str = setting("", description="folder of parameter files to use in place of launch/params")

    def __post_init__(self) -> None:
        """Refuse a number that no node would take, before one is started."""
        for field in dataclasses.fields(self):
            complaint = out_of_range(getattr(self, field.name), field.metadata)
            if complaint:
                raise SettingsError(f"{field.name} {complaint}")


@dataclass(frozen=True)
class ReplayArguments(LaunchArguments):
    """What a person may choose where a bag is played to live nodes; no arm is there, so what is said of it is idle."""

    bag: str = setting("", description="bag to play: its folder, or its file")
    bag_namespace: str = setting("", description="namespace of the topics in the bag")
    estimates: str = setting("live", description="live: estimation runs; recorded: what it said then is played")
    start: float = setting(0.0, description="where in the bag to begin [s]", minimum=0.0)
    loop: bool = setting(False, description="begin again at the end of the bag; otherwise all ends there")
    speed: float = setting(1.0, description="speed of the bag's time against real time", minimum=0.01, maximum=100.0)
    bag_folder: str = setting("results/replay", description="folder of the bag that is written; must not exist yet")
    image_stride: int = setting(0, description="record every n-th image again; 0: none", minimum=0)


Arguments = TypeVar("Arguments", bound=LaunchArguments)


def describe(arguments: type[LaunchArguments] = LaunchArguments) -> tuple[tuple[str, str, str], ...]:
    """Return (name, default as text, description) of every argument."""
    return tuple(
        (field.name, as_text(field.default), str(field.metadata["description"]))
        for field in dataclasses.fields(arguments)
    )


def as_text(value: object) -> str:
    """Return an argument as it is written on a command line."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def from_texts(texts: dict[str, str], arguments: type[Arguments]) -> Arguments:
    """Return the `arguments` written as `texts`; an unknown name or a value that cannot be read is an error."""
    kinds = get_type_hints(arguments)
    unknown = sorted(set(texts) - set(kinds))
    if unknown:
        raise SettingsError(f"launch argument {unknown[0]!r} is not known; {closest(unknown[0], kinds)}")
    values: dict[str, Any] = {name: _from_text(name, text, kinds[name]) for name, text in texts.items()}
    return arguments(**values)


def _from_text(name: str, text: str, kind: object) -> object:
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise SettingsError(f"launch argument {name} is {text!r}, expected true or false")
        return text.lower() == "true"
    if kind in (int, float):
        try:
            return int(text) if kind is int else float(text)
        except ValueError as error:
            raise SettingsError(f"launch argument {name} is {text!r}, expected a number") from error
    if kind is str:
        return text
    return tuple(part.strip() for part in text.split(",") if part.strip())


def parameter_folder(arguments: LaunchArguments, root: Path) -> Path:
    """Return the folder with one parameter file a node; `root` is the resource root."""
    return Path(arguments.parameters) if arguments.parameters else root / "launch" / "params"
