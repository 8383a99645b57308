import sys
from pathlib import Path

import pytest

from scripts import setup_steps
from scripts.environment_plan import SetupError


def test_probe_sees_this_python() -> None:
    found = setup_steps.probe(sys.executable)
    assert found is not None
    assert found.version == sys.version_info[:2]


@pytest.mark.parametrize("command", ["no-such-python", "false"])
def test_probe_passes_over_what_is_no_python(command: str) -> None:
    assert setup_steps.probe(command) is None


def test_failed_step_shows_the_end_of_its_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", "print('no space left'); exit(3)"]
    with pytest.raises(SetupError, match=r"packages failed: (.*\n)+no space left") as caught:
        setup_steps.run_or_stop("packages", command, tmp_path / "new" / "setup.log")
    assert "packages" in capsys.readouterr().out
    assert len(str(caught.value).splitlines()) <= setup_steps.LOG_LINES_SHOWN + 1


def test_missing_system_package_is_asked_for_with_the_exact_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_steps, "can_install_system_packages", lambda: False)
    with pytest.raises(SetupError, match=r"a GL library is missing; .*\n    sudo apt-get install -y .* libegl1"):
        setup_steps.install_system_packages("a GL library", ["libegl1"], tmp_path / "setup.log")


def test_children_do_not_load_the_ros_libraries_of_another_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/other/venv")
    monkeypatch.setenv(setup_steps.INHERITED_FROM_WHEELS, "1")
    assert not {"LD_LIBRARY_PATH", setup_steps.INHERITED_FROM_WHEELS} & setup_steps.clean_environment().keys()


def test_children_keep_the_libraries_of_a_sourced_ros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/ros/jazzy/lib")
    monkeypatch.delenv(setup_steps.INHERITED_FROM_WHEELS, raising=False)
    assert setup_steps.clean_environment()["LD_LIBRARY_PATH"] == "/opt/ros/jazzy/lib"
