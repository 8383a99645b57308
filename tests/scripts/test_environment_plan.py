import shutil
from pathlib import Path

import pytest

from scripts.environment_plan import Interpreter, Level, Machine, Ros, SetupError, digest, lock_of, make_plan

DEBIAN_12 = Interpreter("/usr/bin/python3", (3, 11), has_venv=True, has_rclpy=False)
JAZZY = Interpreter("/usr/bin/python3", (3, 12), has_venv=True, has_rclpy=True)
OLD = Interpreter("/usr/bin/python3", (3, 8), has_venv=True, has_rclpy=False)
NEW = Interpreter("/usr/bin/python3", (3, 13), has_venv=True, has_rclpy=False)
OTHER = Interpreter("/usr/bin/python3.10", (3, 10), has_venv=True, has_rclpy=False)


def machine(*interpreters: Interpreter, architecture: str = "x86_64", ros_distro: str = "") -> Machine:
    return Machine(architecture, ros_distro, interpreters)


@pytest.mark.parametrize(
    ("level", "lock"), [(Level.DEMO, "requirements/demo.txt"), (Level.TEST, "requirements/test.txt")]
)
def test_plain_machine_gets_the_wheels(level: Level, lock: str) -> None:
    plan = make_plan(machine(DEBIAN_12), level)
    assert (plan.ros, plan.interpreter, plan.lock) == (Ros.WHEELS, DEBIAN_12, lock)


def test_sourced_ros_is_used_and_its_lock_has_no_wheels() -> None:
    plan = make_plan(machine(JAZZY, ros_distro="jazzy"), Level.DEMO)
    assert (plan.ros, plan.lock) == (Ros.SOURCED, "requirements/demo-sourced.txt")


def test_sourced_ros_is_used_by_the_python_it_was_built_for() -> None:
    plan = make_plan(machine(DEBIAN_12, JAZZY, ros_distro="jazzy"), Level.DEMO)
    assert plan.interpreter is JAZZY


def test_sourced_ros_works_where_there_are_no_wheels() -> None:
    assert make_plan(machine(JAZZY, architecture="aarch64", ros_distro="jazzy"), Level.DEMO).ros is Ros.SOURCED


def test_other_architecture_is_told_to_source_a_ros() -> None:
    with pytest.raises(SetupError, match=r"x86_64 only and this machine is aarch64: .* `source /opt/ros/"):
        make_plan(machine(DEBIAN_12, architecture="aarch64"), Level.DEMO)


def test_sourced_ros_that_no_python_can_import_is_named() -> None:
    with pytest.raises(SetupError, match=r"ROS 2 jazzy is sourced, but none of /usr/bin/python3 \(3\.11\) can import"):
        make_plan(machine(DEBIAN_12, ros_distro="jazzy"), Level.DEMO)


@pytest.mark.parametrize("unusable", [OLD, NEW])
def test_first_usable_python_is_taken(unusable: Interpreter) -> None:
    assert make_plan(machine(unusable, OTHER, DEBIAN_12), Level.DEMO).interpreter is OTHER


@pytest.mark.parametrize(("interpreters", "found"), [((OLD, NEW), "is 3.8, .* is 3.13"), ((), "none found")])
def test_machine_without_a_usable_python_is_told_what_to_install(
    interpreters: tuple[Interpreter, ...], found: str
) -> None:
    with pytest.raises(SetupError, match=rf"Python 3\.10 to 3\.12 is needed \(.*{found}\): .*apt-get install"):
        make_plan(machine(*interpreters), Level.DEMO)


@pytest.fixture
def checkout(tmp_path: Path, repository: Path) -> Path:
    """A copy of what a set-up depends on."""
    for folder in ("requirements", "scripts"):
        shutil.copytree(repository / folder, tmp_path / folder)
    shutil.copy(repository / "setup.py", tmp_path)
    return tmp_path


def test_unchanged_checkout_needs_no_new_set_up(checkout: Path) -> None:
    assert digest(Level.DEMO, "", "", checkout) == digest(Level.DEMO, "", "", checkout)


@pytest.mark.parametrize(
    ("changed", "level", "is_due"),
    [
        ("requirements/demo.txt", Level.DEMO, True),
        ("requirements/demo.txt", Level.TEST, False),
        ("requirements/test.txt", Level.TEST, True),
        ("requirements/torch.txt", Level.TEST, True),
        ("requirements/torch.txt", Level.DEMO, False),
        ("requirements/franka-sim.txt", Level.TEST, True),
        ("requirements/franka-sim.txt", Level.DEMO, False),
        ("requirements/bootstrap.txt", Level.DEMO, True),
        ("requirements/demo-sourced.txt", Level.DEMO, False),
        ("setup.py", Level.DEMO, True),
    ],
)
def test_set_up_is_due_when_what_it_installs_changes(checkout: Path, changed: str, level: Level, is_due: bool) -> None:
    before = digest(level, "", "", checkout)
    with (checkout / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert (digest(level, "", "", checkout) != before) is is_due


def test_another_ros_or_python_is_another_set_up(checkout: Path) -> None:
    kinds = [("", ""), ("jazzy", ""), ("humble", ""), ("", "python3.12")]
    assert len({digest(Level.DEMO, ros, python, checkout) for ros, python in kinds}) == len(kinds)


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("ros", list(Ros))
def test_every_lock_exists(level: Level, ros: Ros, repository: Path) -> None:
    assert (repository / lock_of(level, ros)).is_file()
