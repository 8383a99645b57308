"""What the policy node is told, and what of it may change while the arm moves."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, cast, get_args, get_type_hints

from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.settings import setting
from diffpol_ros.nodes import policy_guidance
from diffpol_ros.nodes.policy_guidance import GuidanceParameters
from diffpol_ros.policy.runtime.settings import RuntimeSettings
from diffpol_ros.policy.stage.settings import StageSettings
from diffpol_ros.policy.stage.stage import PolicyStage

LIVE_STAGE = tuple(field.name for field in fields(StageSettings) if field.name != "seed")
LIVE = (*LIVE_STAGE, *policy_guidance.LIVE)


@dataclass(frozen=True)
class PolicyParameters(StageSettings, GuidanceParameters):
    """What runs, and on what; the settings of the whole stage and of guidance are among it."""

    model: str = setting("block_lift", description="name of a bundle in the models folder; a*b: a product")
    models: str = setting("", description="folder that holds the bundles; empty: models/ of this package")
    robot: str = setting("panda", description="robot description: a name in calibration/robots/ or a file")
    threads: int = setting(1, description="threads of the network", minimum=1, maximum=64)
    providers: tuple[str, ...] = setting(
        ("cpu",), description="cpu, cuda, tensorrt: what the network runs on, by preference"
    )
    program: str = setting("assembled", description="assembled: all steps as one graph; stepwise: one call a step")
    precision: str = setting("float32", description="float32, float16 or int8, where the golden vectors allow it")
    cores: str = setting("", description="CPU cores that the network's threads are bound to, as 2,3; empty: any")

    def runtime(self) -> RuntimeSettings:
        """Return how the networks are run; SettingsError where a word is not known."""
        words = {name: _word(name, getattr(self, name)) for name in ("program", "precision")}
        try:
            return RuntimeSettings(self.threads, self.providers, cores=_cores(self.cores), **words)
        except ValueError as error:
            raise SettingsError(f"policy: {error}") from error


class LiveSettings:
    """Keeps the stage's settings equal to the node's parameters; refuses what the stage would not take."""

    def __init__(self, node: Node, stage: PolicyStage, apply: Callable[[StageSettings], None]) -> None:
        """Follow the parameters of `node`, which has declared them; `apply` gives `stage` new ones."""
        self._node, self._stage, self._apply = node, stage, apply
        node.add_on_set_parameters_callback(self._on_set)

    def close(self) -> None:
        """Follow no longer."""
        self._node.remove_on_set_parameters_callback(self._on_set)

    def apply(self) -> None:
        """Let the stage go by what the parameters say now."""
        settings = self._settings(())
        if settings != self._stage.settings:
            self._apply(settings)

    def _settings(self, changes: tuple[Parameter, ...]) -> StageSettings:
        values = {field.name: self._node.get_parameter(field.name).value for field in fields(StageSettings)}
        values.update({change.name: change.value for change in changes if change.name in values})
        return StageSettings(**cast(Any, values))

    def _on_set(self, changes: list[Parameter]) -> SetParametersResult:
        # Only judged here: another listener may still refuse, so `apply` asks the node itself.
        try:
            self._stage.check(self._settings(tuple(changes)))
        except (ValueError, SettingsError) as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)


def _word(name: str, value: str) -> Any:
    known = get_args(get_type_hints(RuntimeSettings)[name])
    if value not in known:
        raise SettingsError(f"policy: {name} is {value!r}, expected one of {', '.join(known)}")
    return value


def _cores(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(core) for core in text.split(",") if core.strip())
    except ValueError as error:
        raise SettingsError(f"policy: cores is {text!r}, expected numbers with commas between, as 2,3") from error
