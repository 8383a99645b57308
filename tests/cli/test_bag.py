"""`diffpol bag`: what it says of bags, and that it leaves them alone."""

from pathlib import Path

import pytest

from diffpol_ros.cli.main import main
from diffpol_ros.replay.bag_reader import BagReader
from tests.replay.bags import write_texts


def torn(folder: Path) -> Path:
    """Give a bag whose recorder was killed."""
    write_texts(folder, 300)
    file = next(folder.glob("*.mcap"))
    file.write_bytes(file.read_bytes()[:-400])
    (folder / "metadata.yaml").unlink()
    return folder


def test_a_good_bag_is_told_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bag = str(write_texts(tmp_path / "bag", 100))
    assert main(["bag", "info", bag]) == 0
    told = capsys.readouterr().out
    assert "100 messages in 0.1 s" in told
    assert "/even" in told
    assert "nothing was recorded of code, parameters and calibration" in told
    assert "lost: nothing that is known" in told
    assert main(["bag", "repair", bag]) == 0
    assert "is whole; nothing was done" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


def test_a_torn_bag_is_repaired_beside_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bag = torn(tmp_path / "bag")
    assert main(["bag", "info", str(bag)]) == 1
    assert "did not end in order" in capsys.readouterr().out
    assert main(["bag", "repair", str(bag)]) == 0
    told = capsys.readouterr().out
    assert "recovered" in told
    assert "is as it was" in told
    assert main(["bag", "info", str(tmp_path / "bag-repaired")]) == 0


def test_a_bag_is_repaired_in_place_when_asked_and_what_it_was_is_kept(tmp_path: Path) -> None:
    bag = torn(tmp_path / "bag")
    before = next(bag.glob("*.mcap")).read_bytes()
    assert main(["bag", "repair", str(bag), "--in-place"]) == 0
    assert (tmp_path / "bag-before-repair" / "bag_0.mcap").read_bytes() == before
    assert not BagReader(bag).complaints
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bag", "bag-before-repair"]


def test_what_is_no_bag_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bag", "info", str(tmp_path / "none")]) == 1
    assert main(["bag", "repair", str(tmp_path)]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2
    assert "does not exist" in errors[0]
    assert "holds no bag" in errors[1]
