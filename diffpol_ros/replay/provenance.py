"""Finds what the parameters of a running graph name: calibration files and bundles; and what code runs."""

import hashlib
import platform
import subprocess
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from diffpol_ros import __version__
from diffpol_ros.core.errors import DiffpolError, ResourceError
from diffpol_ros.core.resources import PACKAGE, find_resource, resource_root
from diffpol_ros.replay.about import About, Code, RecordedBundle, RecordedFile

Nodes = Mapping[str, Mapping[str, Any]]
FOLDERS = {
    "cameras": "calibration/cameras",
    "objects": "calibration/objects",
    "landmarks": "calibration/objects",
    "robot": "calibration/robots",
    "keep_outs": "calibration/keep_outs",
}
"""Where each parameter looks its names up."""
LIBRARIES = (
    *("numpy", "scipy", "opencv-python-headless", "opencv-python", "pupil-apriltags"),
    *("onnxruntime", "onnxruntime-gpu", "ruckig", "mujoco", "grpcio", "rclpy"),
)
GIT_TIMEOUT_S = 5.0


def about(nodes: Nodes, code: Code) -> About:
    """Return what a bag says of a graph whose nodes have these parameters."""
    files: dict[tuple[str, str], RecordedFile] = {}
    bundles: dict[str, RecordedBundle] = {}
    complaints: dict[str, None] = {}
    for kind, name in dict.fromkeys(_names(nodes)):
        try:
            for file in _files(kind, name):
                files[file.kind, file.path] = file
        except DiffpolError as error:
            complaints[str(error)] = None
    for name, folder in dict.fromkeys(_models(nodes)):
        try:
            bundles[name] = _bundle(name, folder)
        except OSError as error:
            complaints[f"bundle {name}: {error}"] = None
    return About(code, nodes, tuple(files.values()), tuple(bundles.values()), tuple(complaints))


def running_code() -> Code:
    """Return what runs here."""
    return Code(
        version=__version__,
        sha256=_digest_of_package(),
        commit=_commit(),
        python=platform.python_version(),
        machine=_machine(),
        libraries=dict(_libraries()),
    )


def _names(nodes: Nodes) -> Iterator[tuple[str, str]]:
    for parameters in nodes.values():
        for key, kind in FOLDERS.items():
            value = parameters.get(key, ())
            for name in [value] if isinstance(value, str) else value:
                if name:
                    yield kind, str(name)


def _models(nodes: Nodes) -> Iterator[tuple[str, Path]]:
    for parameters in nodes.values():
        if isinstance(parameters.get("model"), str):
            home = parameters.get("models")
            for part in parameters["model"].split("*"):
                yield part.strip(), Path(home) if home else resource_root() / "models"


def _files(kind: str, name: str) -> Iterator[RecordedFile]:
    """Yield the file `name`, and those it says it is like."""
    for _ in range(8):
        path = Path(find_resource(kind, name))
        try:
            data = path.read_bytes()
            text = data.decode()
        except (OSError, UnicodeDecodeError) as error:
            raise ResourceError(f"{path}: cannot be read: {error}") from error
        yield RecordedFile(kind, path.stem, str(path), hashlib.sha256(data).hexdigest(), text)
        name = _like(text)
        if not name:
            return


def _like(text: str) -> str:
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError:
        return ""
    return str(told.get("like", "")) if isinstance(told, dict) else ""


def _bundle(name: str, home: Path) -> RecordedBundle:
    folder = home / name
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    return RecordedBundle(
        name, str(folder), {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    )


def _digest_of_package() -> str:
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(f"{path.relative_to(PACKAGE).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _commit() -> str:
    """Return the commit of the checkout that this package lies in; empty where it is installed."""
    if not (PACKAGE.parent / ".git").exists():
        return ""
    command = ["git", "-C", str(PACKAGE.parent), "rev-parse", "HEAD"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=GIT_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout.strip()


def _machine() -> str:
    """Return the processor: the last bit of a network's output may depend on it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    return f"{platform.system()} {platform.machine()} {model}".strip()


def _libraries() -> Iterator[tuple[str, str]]:
    for name in LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
