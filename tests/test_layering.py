"""The walls of the house: which folder may import what (DESIGN: core, the stages, nodes and cli, sim)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.layering import Import, imports_of, parse

EVERYTHING = {
    *("core", "estimation", "calibrate", "policy", "control", "robots", "twin", "graph", "replay", "trials", "view"),
    *("bridge", "reenact", "faults", "doctor", "nodes", "cli"),
}
MAY_IMPORT = {
    "core": set(),
    "estimation": {"core"},
    "calibrate": {"core", "estimation"},
    "policy": {"core"},
    "control": {"core"},
    "robots": {"core"},
    "graph": {"core"},
    "replay": {"core"},
    "trials": {"core"},
    "view": {"core", "estimation", "replay", "twin"},
    "bridge": {"core", "control", "robots"},
    "reenact": EVERYTHING - {"faults", "nodes", "cli"},
    "twin": {"core", "robots", "control"},
    "faults": EVERYTHING - {"nodes", "cli"},
    "doctor": {"core", "estimation", "policy", "robots", "graph"},
    "nodes": EVERYTHING - {"cli"},
    "cli": EVERYTHING,
}
TRAINING_ONLY = {"torch", "torchvision", "diffusers", "tensorboard", "safetensors", "sim"}
TORCH_WHERE_INSTALLED = "diffpol_ros/twin/torchscript.py"
NEVER = {"pickle", "dill", "cloudpickle", "shelve", "joblib"}
INJECTED_TIME = ("core", "estimation", "calibrate", "policy", "control")
CLOCK = "diffpol_ros/core/clock.py"


def stage_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == "diffpol_ros" and len(parts) > 1 else ""


def breaks_stage_order(found: Import) -> bool:
    own, other = found.file.split("/")[1], stage_of(found.module)
    return other in EVERYTHING and other != own and other not in MAY_IMPORT[own]


def is_ros(found: Import) -> bool:
    ros = {"rclpy", "std_srvs", "rcl_interfaces", "builtin_interfaces", "ament_index_python", "launch", "launch_ros"}
    return found.top in ros or found.top.endswith("_msgs")


def needs_training_side(found: Import) -> bool:
    excused = found.file == TORCH_WHERE_INSTALLED and found.top == "torch" and (found.deferred or found.typing_only)
    return found.top in TRAINING_ONLY and not excused


def told(found: list[Import]) -> str:
    return "\n".join(map(str, found))


@pytest.fixture(scope="module")
def imports(repository: Path) -> list[Import]:
    return imports_of(repository, "diffpol_ros")


def test_every_folder_says_what_it_may_import(repository: Path) -> None:
    folders = {path.parent.name for path in (repository / "diffpol_ros").glob("*/*.py")}
    assert folders <= MAY_IMPORT.keys(), f"add {sorted(folders - MAY_IMPORT.keys())} to MAY_IMPORT"


def test_stages_import_only_what_lies_below_them(imports: list[Import]) -> None:
    wrong = [found for found in imports if found.file.count("/") > 1 and breaks_stage_order(found)]
    assert not wrong, told(wrong)


def test_only_nodes_import_ros(imports: list[Import]) -> None:
    wrong = [found for found in imports if is_ros(found) and not found.file.startswith("diffpol_ros/nodes/")]
    assert not wrong, told(wrong)


def test_the_robot_side_never_needs_torch_or_the_training_code(imports: list[Import]) -> None:
    wrong = [found for found in imports if needs_training_side(found)]
    assert not wrong, told(wrong)


def test_nothing_on_the_robot_is_unpickled(imports: list[Import]) -> None:
    wrong = [found for found in imports if found.top in NEVER]
    assert not wrong, told(wrong)


def test_time_is_injected_below_the_nodes(imports: list[Import]) -> None:
    wall_clocks = {"time.time", "time.time_ns", "time.sleep", "datetime.datetime", "datetime"}
    wrong = [
        found
        for found in imports
        if found.file.split("/")[1] in INJECTED_TIME and found.file != CLOCK and found.module in {*wall_clocks, "time"}
    ]
    assert not wrong, told(wrong)


def test_sim_does_not_reach_into_ros(repository: Path) -> None:
    wrong = [found for found in imports_of(repository, "sim") if is_ros(found)]
    assert not wrong, told(wrong)


@pytest.mark.parametrize(
    ("file", "source", "rule"),
    [
        ("diffpol_ros/policy/a.py", "from diffpol_ros.control import gate", breaks_stage_order),
        ("diffpol_ros/policy/a.py", "from ..control.gate import Gate", breaks_stage_order),
        ("diffpol_ros/core/a.py", "def f():\n    import diffpol_ros.twin.scene", breaks_stage_order),
        ("diffpol_ros/control/a.py", "from sensor_msgs.msg import JointState", is_ros),
        ("diffpol_ros/policy/a.py", "import torch.nn", needs_training_side),
        ("diffpol_ros/twin/torchscript.py", "import torch", needs_training_side),
        ("diffpol_ros/policy/a.py", "def f():\n    from sim import export", needs_training_side),
    ],
)
def test_the_rules_notice_a_breach(file: str, source: str, rule: Callable[[Import], bool]) -> None:
    assert any(rule(found) for found in parse(source, file))
