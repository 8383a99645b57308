"""Under what control is run again: as recorded, or as somebody asks."""

from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from diffpol_ros.bridge.setup import CODEC, BridgeSetup, bridge_setup
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.errors import DiffpolError, SettingsError
from diffpol_ros.core.journal.difference import Difference, differences
from diffpol_ros.core.journal.reading import Recorded
from diffpol_ros.core.journal.values import JournalError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.settings import compose, read_node, read_text, setting
from diffpol_ros.core.settings_text import settings_text
from diffpol_ros.reenact.options import ReplayOptions

SECTION = "ros__parameters"


@dataclass(frozen=True)
class ControlParameters(FollowerSettings):
    """What a parameter file of the bridge may say; where the robot is and how the loop runs changes no decision."""

    policy_silence: float = setting(0.0, minimum=0.0, maximum=2.0)
    robot: str = ""
    robot_host: str = ""
    arm_port: int = 0
    gripper_port: int = 0
    realtime_priority: int = 0


def asked_setup(recorded: Recorded, options: ReplayOptions) -> BridgeSetup:
    """Return the recorded setup, with what `options` ask for in its place."""
    setup = _setup_of(recorded)
    if options.robot:
        setup = bridge_setup(
            load_robot_description(options.robot),
            replace(setup.settings, keep_outs=setup.keep_outs),
            setup.policy_silence,
        )
    return _with_parameters(setup, options.parameters) if options.parameters else setup


def description_changes(recorded: Recorded) -> tuple[str, ...]:
    """Return where the robot's description is no longer as recorded; nothing where that cannot be read here."""
    setup = _setup_of(recorded)
    named = replace(setup.settings, keep_outs=setup.keep_outs)
    try:
        now = bridge_setup(load_robot_description(setup.description.name), named, setup.policy_silence)
    except DiffpolError:
        return ()
    where = f"calibration/robots/{setup.description.name}.yaml"
    then, here = CODEC.plain(setup.description), CODEC.plain(now.description)
    return tuple(f"{where} has changed: {each}" for each in differences(CODEC, then, here, setup.description.name))


def replaced_settings(recorded: Recorded, asked: BridgeSetup) -> list[Difference]:
    """Return where the setup that was asked for is not the recorded one."""
    return list(differences(CODEC, CODEC.plain(_setup_of(recorded)), CODEC.plain(asked), "bridge"))


def _setup_of(recorded: Recorded) -> BridgeSetup:
    setup = CODEC.value(recorded.head.setup)
    if not isinstance(setup, BridgeSetup):
        raise JournalError("the head of the bridge's journal holds no setup of a bridge")
    return setup


def _with_parameters(setup: BridgeSetup, path: Path) -> BridgeSetup:
    """Return `setup` with what the file says; what it leaves out stays as recorded."""
    recorded = ControlParameters(**vars(setup.settings), policy_silence=setup.policy_silence)
    base = compose(settings_text(recorded), "the journal")
    given = _parameters_node(compose(read_text(path), str(path)), path)
    assert isinstance(base, yaml.MappingNode)
    named = {name.value for name, _ in given.value}
    joined = [*given.value, *(pair for pair in base.value if pair[0].value not in named)]
    asked = read_node(ControlParameters, yaml.MappingNode(given.tag, joined, given.start_mark, given.end_mark))
    if asked.keep_outs not in ("", setup.keep_outs):
        raise SettingsError(f"{path}: keep_outs {asked.keep_outs!r} are not the recorded ones: a replay keeps those")
    names = vars(setup.settings)
    settings = FollowerSettings(**{name: getattr(asked, name) for name in names if name != "keep_outs"})
    return replace(setup, settings=settings, policy_silence=asked.policy_silence)


def _parameters_node(node: yaml.Node | None, path: Path) -> yaml.MappingNode:
    """Return the parameters of a file as in launch/params, or of one that says nothing but them."""
    while isinstance(node, yaml.MappingNode) and len(node.value) == 1:
        name, inner = node.value[0]
        if not isinstance(inner, yaml.MappingNode):
            break
        node = inner
        if name.value == SECTION:
            break
    if not isinstance(node, yaml.MappingNode):
        raise SettingsError(f"{path}: holds no parameters, expected names and values as in launch/params/bridge.yaml")
    return node
