"""The backends by name: a robot's description names the module that drives it."""

import dataclasses
import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.settings import closest
from diffpol_ros.robots.base import Robot

HOME = "diffpol_ros.robots"
NOT_BACKENDS = {"backends", "base", "contained", "link"}


@dataclass(frozen=True)
class Backend:
    """What a backend's module calls BACKEND.

    settings: the frozen dataclass of what it asks for in a description. build: makes the robot, not yet connected.
    """

    settings: type[Any]
    build: Callable[[RobotDescription, Any], Robot]


@dataclass(frozen=True)
class Address:
    """Where the robot is, in place of what its description says; empty and 0 leave that as it is."""

    host: str = ""
    port: int = 0
    gripper_port: int = 0


def open_robot(description: RobotDescription, address: Address | None = None) -> Robot:
    """Return the robot of `description`, not yet connected; a slip in its settings is an error with its line."""
    backend = find_backend(description)
    settings = description.backend.settings.read(backend.settings)
    return backend.build(description, with_address(settings, address or Address(), description))


def find_backend(description: RobotDescription) -> Backend:
    """Return the backend that `description` names."""
    kind = description.backend.kind
    module = kind if "." in kind else f"{HOME}.{kind}"
    try:
        found = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        found = None
    if found is None or kind in NOT_BACKENDS:
        raise SettingsError(f"{description.name}: no backend {kind!r}; {closest(kind, known_backends())}")
    backend = getattr(importlib.import_module(module), "BACKEND", None)
    if not isinstance(backend, Backend):
        raise SettingsError(f"{description.name}: {module} has no BACKEND, so it drives no robot")
    return backend


def known_backends() -> list[str]:
    """Return the kinds that this package brings."""
    found = {
        path.stem
        for path in Path(__file__).parent.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    return sorted(found - NOT_BACKENDS - {"__init__"})


def with_address(settings: Any, address: Address, description: RobotDescription) -> Any:
    """Return `settings` with what `address` gives; an error where such a robot has no such thing."""
    given = {name: value for name, value in dataclasses.asdict(address).items() if value}
    known = {field.name for field in dataclasses.fields(settings)}
    unknown = sorted(given.keys() - known)
    if unknown:
        what = f"{unknown[0]} {given[unknown[0]]}"
        raise SettingsError(
            f"{description.name}: {what} was given, but a {description.backend.kind} robot has none: leave it out"
        )
    return dataclasses.replace(settings, **given)
