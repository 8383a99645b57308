"""Capture sets come back as they were saved; what is wrong with a folder is named."""

from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.calibrate.captures import Capture, CaptureSet
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.core.errors import DiffpolError, ResourceError, SettingsError
from diffpol_ros.core.types import Pose

HAND = Pose(np.array([0.5, 0.1, 0.3]), np.array([0.0, 0.6, 0.0, 0.8]))


def captures(count: int = 3) -> CaptureSet:
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (20, 30), dtype=np.uint8) for _ in range(count)]
    taken = tuple(Capture(image, 10 * index, HAND if index else None) for index, image in enumerate(images))
    return CaptureSet("front", taken, "S-17", ((5, HAND), (6, HAND)))


def test_a_set_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    saved = captures()
    loaded = CaptureSet.load(saved.save(tmp_path / "set"))
    assert (loaded.camera, loaded.serial, loaded.size) == ("front", "S-17", (30, 20))
    for one, other in zip(saved.captures, loaded.captures, strict=True):
        assert np.array_equal(one.image, other.image) and one.stamp_ns == other.stamp_ns
        assert (one.hand is None) == (other.hand is None)
    hand = loaded.captures[1].hand
    assert hand is not None
    assert np.array_equal(hand.position, HAND.position) and np.array_equal(hand.quaternion, HAND.quaternion)
    assert [stamp for stamp, _ in loaded.hands] == [5, 6]
    assert np.array_equal(loaded.hands[1][1].position, HAND.position)


def test_captures_are_never_overwritten(tmp_path: Path) -> None:
    captures().save(tmp_path)
    with pytest.raises(ResourceError, match="holds captures already"):
        captures().save(tmp_path)


def test_a_set_without_images_or_of_two_sizes_is_refused() -> None:
    with pytest.raises(Refusal, match="no image"):
        CaptureSet("front", ())
    odd = Capture(np.zeros((30, 20), np.uint8), 99)
    with pytest.raises(Refusal, match="image 99 is"):
        CaptureSet("front", (*captures().captures, odd))


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("file: 001.png", "file: ../001.png", "not the name of a file"),
        ("file: 001.png", "file: 009.png", "009.png: does not exist"),
        ("width: 30", "width: 20", "30x20"),
        ("camera: front", "kamera: front", "kamera"),
        ("schema_version: 1", "schema_version: 2", "schema_version is 2"),
        ("stamp_ns: 10", "stamp_ns: now", "stamp_ns"),
    ],
)
def test_a_wrong_list_is_named(tmp_path: Path, right: str, wrong: str, named: str) -> None:
    captures().save(tmp_path)
    path = tmp_path / "captures.yaml"
    assert right in path.read_text()
    path.write_text(path.read_text().replace(right, wrong))
    with pytest.raises(DiffpolError, match=named):
        CaptureSet.load(tmp_path)


def test_unreadable_images_and_hands_are_named(tmp_path: Path) -> None:
    captures().save(tmp_path)
    good = (tmp_path / "hands.csv").read_text()
    (tmp_path / "hands.csv").write_text(good.replace("0.5", "nan"))
    with pytest.raises(ResourceError, match=r"hands\.csv"):
        CaptureSet.load(tmp_path)
    (tmp_path / "hands.csv").write_text(good)
    (tmp_path / "002.png").write_bytes(b"")
    with pytest.raises(ResourceError, match=r"002\.png: is not an image"):
        CaptureSet.load(tmp_path)


def test_a_folder_without_captures_is_named(tmp_path: Path) -> None:
    with pytest.raises((ResourceError, SettingsError), match=r"captures\.yaml"):
        CaptureSet.load(tmp_path)
