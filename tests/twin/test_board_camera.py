"""The camera with a lens: what it draws lies where OpenCV projects it, to hundredths of a pixel."""

import cv2
import numpy as np
import pytest

from diffpol_ros.core.spatial import matrix_from_quaternion, quaternion_from_rotation_vector
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.twin.board_camera import BoardCamera, Exposure, Lens, Panel

STRAIGHT = Lens(320, 240, 300.0, 302.0, 158.3, 121.1)
BENT = Lens(320, 240, 300.0, 302.0, 158.3, 121.1, (-0.3, 0.1, 1e-3, -5e-4, 0.0))
CLEAN = Exposure(blur=0.7, noise=0.0)
SCALE = 4000.0
DOT_M = 0.012


def square(width_m: float, dot: tuple[float, float]) -> np.ndarray:
    """Return a white print with one dark disc at `dot` [m]."""
    size = round(width_m * SCALE)
    rows, columns = np.mgrid[:size, :size]
    distance = np.hypot((columns + 0.5) / SCALE - dot[0], (rows + 0.5) / SCALE - dot[1])
    return np.where(distance < 0.5 * DOT_M, 20, 230).astype(np.uint8)


def centre_of_darkness(image: np.ndarray) -> Array:
    """Return where the disc is [pixel]: the mean of the missing light."""
    missing = 230.0 - np.minimum(image, 230.0)
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    return np.array([np.sum(columns * missing), np.sum(rows * missing)]) / np.sum(missing)


def projected(lens: Lens, pose: Pose, point: tuple[float, float]) -> Array:
    rotation, _ = cv2.Rodrigues(matrix_from_quaternion(pose.quaternion))
    distortion = np.array(lens.distortion or (0.0,) * 4)
    around = 0.5 * DOT_M * np.array([[np.cos(a), np.sin(a), 0.0] for a in np.linspace(0, 2 * np.pi, 60, False)])
    rim, _ = cv2.projectPoints(around + np.array([*point, 0.0]), rotation, pose.position, lens.matrix, distortion)
    outline = rim.reshape(-1, 2).astype(np.float32)
    moments = cv2.moments(outline)
    return np.array([moments["m10"], moments["m01"]]) / moments["m00"]


@pytest.mark.parametrize("lens", [STRAIGHT, BENT], ids=["straight", "bent"])
@pytest.mark.parametrize("seed", range(6))
def test_a_dot_is_drawn_where_it_is_projected(lens: Lens, seed: int) -> None:
    random = np.random.default_rng(seed)
    turn = quaternion_from_rotation_vector(random.uniform(-0.5, 0.5, 3))
    middle = np.array([*random.uniform(-0.06, 0.06, 2), random.uniform(0.25, 0.4)])
    width, dot = 0.4, tuple(random.uniform(0.17, 0.23, 2))
    corner = middle - matrix_from_quaternion(turn) @ np.array([0.5 * width, 0.5 * width, 0.0])
    pose = Pose(corner, turn)
    exposure = Exposure(blur=0.7, noise=0.0, background=230.0)
    image = BoardCamera(lens).shoot([Panel(square(width, dot), SCALE, pose)], exposure, random)
    assert np.linalg.norm(centre_of_darkness(image) - projected(lens, pose, dot)) < 0.02


def test_the_nearer_print_covers_the_other_and_backs_are_not_drawn() -> None:
    grey = {level: np.full((400, 400), level, np.uint8) for level in (40, 200)}
    facing = np.array([0.0, 0.0, 0.0, 1.0])
    far, near = (Panel(grey[k], SCALE, Pose(np.array([-0.05, -0.05, z]), facing)) for k, z in ((200, 0.4), (40, 0.2)))
    turned = Panel(grey[40], SCALE, Pose(np.array([0.05, -0.05, 0.2]), np.array([0.0, 1.0, 0.0, 0.0])))
    camera, random = BoardCamera(STRAIGHT), np.random.default_rng(0)
    for order in ([far, near], [near, far]):
        assert camera.shoot(order, CLEAN, random)[120, 160] == 40
    assert camera.shoot([far, turned], CLEAN, random)[120, 160] == 200


def test_an_exposure_in_motion_is_the_mean_of_its_moments() -> None:
    grey, facing = np.full((400, 400), 20, np.uint8), np.array([0.0, 0.0, 0.0, 1.0])
    moments = [[Panel(grey, SCALE, Pose(np.array([x, -0.05, 0.3]), facing))] for x in (-0.05, -0.04)]
    camera, exposure = BoardCamera(BENT), Exposure(blur=0.0, noise=0.0)
    both = camera.shoot_moving(moments, exposure, np.random.default_rng(0)).astype(float)
    apart = [camera.shoot(panels, exposure, np.random.default_rng(0)).astype(float) for panels in moments]
    assert np.max(np.abs(both - 0.5 * (apart[0] + apart[1]))) <= 1.0


def test_noise_and_shading_are_as_asked_for_and_repeat_with_the_seed() -> None:
    camera, exposure = BoardCamera(STRAIGHT, rays=1), Exposure(blur=0.0, noise=3.0, shading=0.5)
    one, again = (camera.shoot([], exposure, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one, again)
    assert np.mean(one[:, :20]) == pytest.approx(120.0, abs=3.0)
    assert np.mean(one[:, -20:]) == pytest.approx(60.0, abs=3.0)
    assert np.std(one[:, :4].astype(float)) == pytest.approx(3.0, abs=0.4)
