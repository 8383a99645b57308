"""What other processes say of ROS, drawing and onnxruntime."""

from pathlib import Path

import pytest

from diffpol_ros.doctor import asking, software
from diffpol_ros.doctor.finding import Health


@pytest.mark.ros
@pytest.mark.xdist_group("system")
def test_images_pass_from_node_to_node(tmp_path: Path) -> None:
    found = software.ros(tmp_path)
    assert found.health is Health.WELL and "rmw" in found.what, found


@pytest.mark.gl
def test_drawing_is_tried() -> None:
    assert software.drawing().what in ("egl", "osmesa")


def test_a_process_that_crashes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for program, said in (("import os; os._exit(3)", "ended with 3"), ("raise SystemError('no GPU')", "no GPU")):
        monkeypatch.setattr(software, "PROVIDERS", program)
        found = software.inference()
        assert found.health is Health.ILL and said in found.what and found.cure


def test_a_process_that_hangs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "TIMEOUT_S", 0.5)
    monkeypatch.setattr(software, "PROVIDERS", "import time; time.sleep(60)")
    assert "did not answer" in software.inference().what


def test_the_profile_of_this_shell_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(software.PROFILE, raising=False)
    assert software.profile().health is Health.WARNING and "fastdds.xml" in software.profile().cure
    monkeypatch.setenv(software.PROFILE, str(tmp_path / "gone.xml"))
    assert software.profile().health is Health.ILL
    (tmp_path / "gone.xml").touch()
    assert software.profile().health is Health.WELL
