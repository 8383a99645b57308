"""What colcon, rosdep, pip and a reader find in the package's own files."""

import ast
import os
import re
import sys
import xml.etree.ElementTree as ET
from email.utils import parseaddr
from pathlib import Path

import pytest

import diffpol_ros
from tests.layering import imports_of
from tests.test_layering import is_ros

# Element: (at least, at most), and the order that package format 3 asks for at the top.
HEAD = {"name": (1, 1), "version": (1, 1), "description": (1, 1), "maintainer": (1, 99), "license": (1, 99)}
TAIL = {"url", "author", "exec_depend", "test_depend", "depend", "build_depend", "buildtool_depend", "export"}

MODULES = {
    "PyYAML": "yaml",
    "PyOpenGL": "OpenGL",
    "grpcio": "grpc",
    "mcap-ros2-support": "mcap_ros2",
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "protobuf": "google",
}
# Used where it is installed, with another way where it is not.
OPTIONAL = {
    "diffpol_ros/twin/torchscript.py": {"torch"},
    "diffpol_ros/replay/video.py": {"imageio_ffmpeg"},
    # Types only: Isaac Gym lives in a Python of its own.
    "sim/envs/furniture/tables.py": {"isaacgym"},
    "tests/sim/envs/furniture/fake.py": {"isaacgym"},
}
SetupCall = dict[str, ast.expr]


@pytest.fixture(scope="module")
def manifest(repository: Path) -> ET.Element:
    return ET.parse(repository / "package.xml").getroot()


def declared_modules(repository: Path, extra: str | None) -> set[str]:
    """Return the modules that install_requires, or an extra, brings."""
    tree = ast.parse((repository / "setup.py").read_text(encoding="utf-8"))
    constants = {ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
    names = ast.literal_eval(constants["ROBOT_SIDE"] if extra is None else constants["EXTRAS"])
    plain = [re.split(r"[<>=]", name)[0] for name in (names if extra is None else names[extra])]
    return {MODULES.get(name, name.replace("-", "_")) for name in plain}


@pytest.fixture(scope="module")
def setup_call(repository: Path) -> SetupCall:
    tree = ast.parse((repository / "setup.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "setup"]
    return {keyword.arg: keyword.value for keyword in calls[0].keywords if keyword.arg}


def test_package_xml_is_format_3(manifest: ET.Element) -> None:
    assert manifest.tag == "package"
    assert manifest.get("format") == "3"


def test_package_xml_has_its_elements_in_order(manifest: ET.Element) -> None:
    tags = [element.tag for element in manifest]
    for tag, (least, most) in HEAD.items():
        assert least <= tags.count(tag) <= most, f"<{tag}> occurs {tags.count(tag)} times"
    order = list(HEAD)
    head = [tag for tag in tags if tag in HEAD]
    assert head == sorted(head, key=order.index)
    assert tags[: len(head)] == head
    assert set(tags[len(head) :]) <= TAIL


def test_package_xml_names_a_reachable_maintainer_and_the_ament_build(manifest: ET.Element) -> None:
    emails = [element.get("email", "") for element in manifest.iter("maintainer")]
    assert all("@" in parseaddr(email)[1] for email in emails)
    assert manifest.findtext("export/build_type") == "ament_python"


def test_dependencies_are_unique_rosdep_keys(manifest: ET.Element) -> None:
    keys = [element.text or "" for element in manifest if element.tag.endswith("depend")]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"[a-z][a-z0-9_-]*", key) for key in keys)


def test_package_xml_names_every_ros_package_that_is_imported(manifest: ET.Element, repository: Path) -> None:
    folders = (*imports_of(repository, "diffpol_ros"), *imports_of(repository, "launch"))
    imported = {found.top for found in folders if is_ros(found)}
    assert imported <= {element.text for element in manifest if element.tag.endswith("depend")}


@pytest.mark.parametrize(
    ("folder", "extras"), [("diffpol_ros", ("twin",)), ("sim", ("twin", "sim")), ("tests", ("twin", "sim", "test"))]
)
def test_setup_names_every_library_that_is_imported(folder: str, extras: tuple[str, ...], repository: Path) -> None:
    declared = {name for group in (None, *extras) for name in declared_modules(repository, group)}
    ours = {"diffpol_ros", "sim", "scripts", "tests", "benchmarks", *sys.stdlib_module_names}
    imports = [found for found in imports_of(repository, folder) if not is_ros(found) and found.top not in ours]
    assert [str(found) for found in imports if found.top not in declared | OPTIONAL.get(found.file, set())] == []


def test_versions_agree(manifest: ET.Element, setup_call: SetupCall, repository: Path) -> None:
    newest = re.search(r"^## (\d+\.\d+\.\d+)", (repository / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert manifest.findtext("version") == diffpol_ros.__version__ == newest[1]
    assert ast.unparse(setup_call["version"]) == "version()"


def test_names_agree(manifest: ET.Element, repository: Path) -> None:
    name = manifest.findtext("name", "")
    assert name == diffpol_ros.__name__
    assert (repository / "resource" / name).is_file()


def test_every_node_has_an_executable(repository: Path) -> None:
    nodes = {path.stem for path in (repository / "diffpol_ros" / "nodes").glob("*_node.py")}
    scripts = {path.name: path for path in (repository / "scripts").glob("*_node")}
    assert nodes, "no nodes found"
    assert scripts.keys() == nodes
    for name, path in scripts.items():
        text = path.read_text(encoding="utf-8")
        assert text.startswith("#!/usr/bin/env python3\n")
        assert f"from diffpol_ros.nodes.{name} import main" in text
        assert os.access(path, os.X_OK)


def test_types_and_licence_are_shipped(setup_call: SetupCall, repository: Path) -> None:
    assert (repository / "diffpol_ros" / "py.typed").is_file()
    assert "py.typed" in ast.unparse(setup_call["package_data"])
    licence = (repository / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_every_folder_of_code_is_a_package(repository: Path) -> None:
    folders = {path.parent for path in (repository / "diffpol_ros").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("name", ["demo", "test", "demo-sourced", "test-sourced", "bootstrap"])
def test_locks_are_hashed_and_free_of_torch_and_hosts(name: str, repository: Path) -> None:
    text = (repository / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    requirements = re.split(r"\n(?=[a-z])", text.strip())
    assert all("==" in one and "--hash=sha256:" in one for one in requirements)
    assert not re.search(r"://|index-url|find-links|^torch", text, re.MULTILINE)


def test_sourced_locks_leave_the_ros_wheels_out(repository: Path) -> None:
    for name in ("demo-sourced", "test-sourced"):
        text = (repository / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        assert not re.search(r"^ros-", text, re.MULTILINE)
        assert re.search(r"^numpy==1\.", text, re.MULTILINE)
