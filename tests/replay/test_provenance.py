"""A bag says what it was recorded of: parameters, the files they name, bundles and code."""

import hashlib
from pathlib import Path

import pytest

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.about import TOPIC, TYPE, About, Code, read_about
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.bag_summary import summarize_bag
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.provenance import about, running_code
from tests.replay.bags import text

NODES = {
    "/estimation": {"cameras": ["front"], "objects": ["block"], "landmarks": ["base"], "status_rate": 30.0},
    "/bridge": {"robot": "rehearsal"},
    "/policy": {"model": "block_lift", "models": "", "cores": ""},
}


@pytest.fixture(scope="module")
def found() -> About:
    return about(NODES, Code(version="1.2.3"))


def test_every_file_that_a_parameter_names_is_there_whole(found: About, repository: Path) -> None:
    names = {(file.kind, file.name) for file in found.files}
    assert {
        ("calibration/cameras", "front"),
        ("calibration/objects", "block"),
        ("calibration/objects", "base"),
    } <= names
    for file in found.files:
        assert hashlib.sha256(file.text.encode()).hexdigest() == file.sha256
        assert (repository / file.kind / f"{file.name}.yaml").read_text(encoding="utf-8") == file.text


def test_a_robot_brings_the_one_it_is_like(found: About) -> None:
    robots = [file.name for file in found.files if file.kind == "calibration/robots"]
    assert robots == ["rehearsal", "panda"]


def test_a_bundle_is_known_by_the_hash_of_each_file(found: About, repository: Path) -> None:
    (bundle,) = found.bundles
    manifest = (repository / "models" / "block_lift" / "manifest.yaml").read_bytes()
    assert bundle.files["manifest.yaml"] == hashlib.sha256(manifest).hexdigest()


def test_what_cannot_be_found_is_a_complaint() -> None:
    lost = about({"/estimation": {"cameras": ["attic"]}, "/policy": {"model": "none*block_lift"}}, Code())
    assert [bundle.name for bundle in lost.bundles] == ["block_lift"]
    assert any("attic" in complaint for complaint in lost.complaints)
    assert any("none" in complaint for complaint in lost.complaints)


def test_the_code_has_a_hash_that_stays() -> None:
    first, second = running_code(), running_code()
    assert first == second
    assert len(first.sha256) == 64
    assert "numpy" in first.libraries


def test_the_last_word_of_a_bag_comes_back(found: About, tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        topic = writer.add_topic(f"/robot/{TOPIC}", TYPE)
        writer.write(topic, 1, 1, text(About().to_text()))
        writer.write(topic, 2, 2, text(found.to_text()))
    bag = BagReader(tmp_path / "bag")
    assert read_about(bag, "robot") == found
    assert read_about(bag) is None
    assert summarize_bag(tmp_path / "bag").about == found


@pytest.mark.parametrize("told", ["", "[]", '{"version": 9}', '{"version": 1}', '{"version": 1, "code": 3}'])
def test_what_cannot_be_read_is_an_error_that_names_it(told: str) -> None:
    with pytest.raises(ResourceError, match="the bag: "):
        About.from_text(told, "the bag")
