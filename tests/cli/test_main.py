"""The command line: what it refuses, it refuses in one line."""

from pathlib import Path

import pytest

from diffpol_ros.cli.main import main


def test_a_missing_bundle_is_one_line_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "verify", "/no/such/bundle"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("diffpol: /no/such/bundle")
    assert error.count("\n") == 1


def test_models_are_listed(capsys: pytest.CaptureFixture[str], repository: Path) -> None:
    assert main(["models", "list", "--names"]) == 0
    names = capsys.readouterr().out.split()
    assert all((repository / "models" / name / "manifest.yaml").is_file() for name in names)


def test_no_episodes_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["demo", "--episodes", "0", "--output", str(tmp_path / "out")]) == 1
    assert "--episodes is 0, expected at least 1" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_quality_that_jpeg_does_not_know_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for command in ("record", "demo"):
        asked = [command, "--image-format", "jpeg", "--jpeg-quality", "101", "--output", str(tmp_path / command)]
        assert main(asked) == 1
        assert capsys.readouterr().err == "diffpol: jpeg_quality is 101, expected 1 to 100\n"
        assert not (tmp_path / command).exists()


def test_a_format_of_images_that_does_not_exist_is_refused_with_those_that_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as exit_code:
        main(["record", "--image-format", "gif"])
    assert exit_code.value.code == 2
    told = capsys.readouterr().err
    assert "gif" in told and all(kind in told for kind in ("raw", "png", "jpeg"))


def test_a_camera_that_the_twin_has_not_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["demo", "--image-cameras", "front", "sid", "--output", str(tmp_path / "out")]) == 1
    assert "--image-cameras: there is no 'sid'; did you mean 'side'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_results_are_never_mixed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "old.txt").touch()
    assert main(["demo", "--output", str(tmp_path)]) == 1
    assert "is not empty; give another folder with --output" in capsys.readouterr().err


def test_an_unknown_option_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_code:
        main(["demo", "--epsiodes", "3"])
    assert exit_code.value.code == 2
    assert "episodes" in capsys.readouterr().err
