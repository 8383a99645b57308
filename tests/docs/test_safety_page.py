"""The page on safety has a row for each name that the code can answer with, and none more; its example is a file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import diffpol_ros.robots.base
import diffpol_ros.robots.contained  # noqa: F401  # the kinds of RobotError
from diffpol_ros.control.guards.motion import NAMES
from diffpol_ros.control.plan import IDLE
from diffpol_ros.control.room import Room
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import load_robot_description

ANSWERS = {"Hold", "Stop", "Finding", "Refusal", "stop"}
ELSEWHERE = ("bridge/bridge.py", "nodes/bridge_node.py", "nodes/bridge_inputs.py", "nodes/bridge_services.py")


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "safety.md").read_text(encoding="utf-8")


def names_in(source: Path) -> Iterator[str]:
    """Yield the first argument of every answer that is made in a file, where it is a text."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        if called in ANSWERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def test_every_name_has_its_row(page: str, repository: Path) -> None:
    package = repository / "diffpol_ros"
    files = [*sorted((package / "control").rglob("*.py")), *(package / name for name in ELSEWHERE)]
    made = {name for file in files for name in names_in(file)}
    made |= {*NAMES, *IDLE, *(guard.name for guard in Room(load_robot_description("panda")).guards)}
    made |= {error.name for error in (RobotError, *RobotError.__subclasses__())}
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)
    assert sorted(rows) == sorted(made)


def test_the_page_says_what_it_is_not(page: str) -> None:
    assert "not a certified safety function" in page and "emergency stop" in page


def test_the_example_is_a_file_of_keep_outs(page: str, tmp_path: Path) -> None:
    file = tmp_path / "lab.yaml"
    file.write_text(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0], encoding="utf-8")
    described = load_robot_description("panda").with_keep_outs(str(file))
    assert [keep_out.name for keep_out in described.safety.keep_outs] == ["base", "camera tripod"]


def test_what_brakes_before_it_holds_says_so(page: str) -> None:
    places = [guard.name for guard in Room(load_robot_description("panda")).guards]
    waiting = set(IDLE) - {"not_enabled", "no_time"}
    for name in (*places, *waiting, "strayed", "step_size", "state_old", "clock", "policy_silent", "policy_unfit"):
        assert re.search(rf"^\| `{name}` \| brake, Hold", page, re.MULTILINE), name
