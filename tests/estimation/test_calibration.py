"""Calibration files say exactly what they must, or what is wrong with them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.spatial import inverse, matrix_from_quaternion, transform_point
from diffpol_ros.estimation.calibration import (
    CameraCalibration,
    ObjectModel,
    load_camera,
    load_object,
    require_serial,
    tag_owners,
)
from tests.estimation.scenes import BASE, BLOCK, CALIBRATION, FRONT, SIDE

CAMERA = (CALIBRATION / "cameras" / "front.yaml").read_text()
OBJECT = (CALIBRATION / "objects" / "block.yaml").read_text()


@pytest.mark.parametrize("camera", [FRONT, SIDE])
@pytest.mark.parametrize("x", [0.4, 0.6])
@pytest.mark.parametrize("y", [-0.15, 0.15])
@pytest.mark.parametrize("z", [0.03, 0.25])
def test_shipped_cameras_see_the_block_upright_wherever_it_goes(
    camera: CameraCalibration, x: float, y: float, z: float
) -> None:
    from_base = inverse(camera.pose.pose)
    centre, above = (transform_point(from_base, np.array([x, y, z + up])) for up in (0.0, 0.03))
    column, row = camera.matrix[:2] @ (centre / centre[2])
    assert 40 < column < camera.width - 40
    assert 40 < row < camera.height - 40
    assert 0.4 < centre[2] < 0.9
    assert above[1] < centre[1]


@pytest.mark.parametrize("model", [BLOCK, BASE])
def test_shipped_tags_look_outward(model: ObjectModel) -> None:
    for tag in model.tags:
        inward = matrix_from_quaternion(tag.pose.quaternion)[:, 2]
        assert inward @ tag.pose.position <= 0.0
        assert np.max(np.abs(inward)) == pytest.approx(1.0)


def test_side_faces_of_the_block_are_upright() -> None:
    for tag in BLOCK.tags[:4]:
        assert matrix_from_quaternion(tag.pose.quaternion)[:, 1] == pytest.approx([0.0, 0.0, -1.0], abs=1e-9)


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("fx: 570.0", "fx: -570.0", "fx"),
        ("fx: 570.0", "fx: .nan", "fx"),
        ("fx: 570.0", "fy: 570.0", "fy"),
        ("fx: 570.0\n", "", "fx"),
        ("fx: 570.0", "focal: 570.0", "focal"),
        ("width: 640", "width: 0", "width"),
        ("width: 640", "width: 640.5", "width"),
        ("cx: 319.5", "cx: 700.0", "principal point"),
        ("distortion: []", "distortion: [0.1]", "distortion has 1"),
        ("distortion: []", "distortion: [.nan, 0, 0, 0]", "distortion"),
        ("[-0.5862180894, -", "[-0.9, -", "length"),
        ("[1.063, 0.0, 0.355]", "[1.063, 0.0]", "position"),
        ("schema_version: 1", "schema_version: 2", "schema_version is 2"),
        ("schema_version: 1", "schema_version: 7\nnews: 3", "schema_version is 7.*update"),
        ("distortion: []", "sha256: '0'", "was edited after it was calibrated"),
        ("fx: 570.0", "fx: 0", "fx"),
        ("cy: 239.5", "cy: .inf", "cy"),
        ("name: front", "name: [front]", "name"),
    ],
)
def test_camera_with_an_error_is_refused_by_name(tmp_path: Path, right: str, wrong: str, named: str) -> None:
    assert right in CAMERA
    path = tmp_path / "camera.yaml"
    path.write_text(CAMERA.replace(right, wrong))
    with pytest.raises(SettingsError, match=named):
        load_camera(str(path))


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("id: 11", "id: 10", "tag 10 more than once"),
        ("id: 10, size: 0.048", "id: 10, size: 0.0", "size"),
        ("id: 10, size: 0.048", "id: 10, size: 48", "size"),
        ("id: 10", "id: 587", "id"),
        ("id: 10", "id: -1", "id"),
        ("[-0.5, -0.5, 0.5, 0.5]", "[-0.5, -0.5, 0.5, 0.6]", "length"),
        ("name: block", "nmae: block", "did you mean 'name'"),
        ("schema_version: 1", "schema_version: 9", "schema_version is 9"),
    ],
)
def test_object_with_an_error_is_refused_by_name(tmp_path: Path, right: str, wrong: str, named: str) -> None:
    assert right in OBJECT
    path = tmp_path / "object.yaml"
    path.write_text(OBJECT.replace(right, wrong, 1))
    with pytest.raises(SettingsError, match=named):
        load_object(str(path))


def test_object_without_tags_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "object.yaml"
    path.write_text("name: ghost\ntags: []\n")
    with pytest.raises(SettingsError, match="no tags"):
        load_object(str(path))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match=r"nowhere\.yaml"):
        load_camera(str(tmp_path / "nowhere.yaml"))


def test_two_objects_must_not_share_a_tag() -> None:
    twin = ObjectModel(name="copy", tags=BLOCK.tags[:1])
    assert set(tag_owners([BLOCK, BASE])) == {0, 10, 11, 12, 13, 14, 15}
    with pytest.raises(SettingsError, match=r"tag 10 .*'block' and 'copy'"):
        tag_owners([BLOCK, twin])


def test_another_camera_than_was_calibrated_is_named() -> None:
    calibrated = replace(FRONT, serial="A1")
    with pytest.raises(SettingsError, match="camera front: serial number B2 is connected, A1 was calibrated"):
        require_serial(calibrated, "B2")
    for known, connected in ((calibrated, "A1"), (calibrated, ""), (FRONT, "B2")):
        require_serial(known, connected)


def test_the_digest_tells_every_number_but_itself() -> None:
    changes = ({"fx": 571.0}, {"distortion": (0.1, 0.0, 0.0, 0.0)}, {"pose": SIDE.pose}, {"time_offset": 0.01})
    digests = {replace(FRONT, **change).digest for change in changes}
    assert len({FRONT.digest, *digests}) == len(changes) + 1
    assert replace(FRONT, sha256="anything").digest == FRONT.digest
