"""The rendered picture is an exact pinhole's, with only the flaws that were asked for."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.spatial import inverse, quaternion_from_matrix, transform_point
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.twin import gl
from diffpol_ros.twin.camera import CameraRenderer, Finish, Imperfection, View
from diffpol_ros.twin.simulation import Simulation

pytestmark = pytest.mark.gl


def looking_at(target: Array, eye: Array, **intrinsics: float) -> View:
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    matrix = np.stack([right, np.cross(forward, right), forward], axis=1)
    numbers = {"fx": 500.0, "fy": 500.0, "cx": 319.5, "cy": 239.5, **intrinsics}
    return View(640, 480, **numbers, pose=Pose(eye, quaternion_from_matrix(matrix)))


EYE, TARGET = np.array([1.0, 0.3, 0.5]), np.array([0.45, 0.0, 0.05])
VIEW = looking_at(TARGET, EYE)
LOPSIDED = looking_at(TARGET, EYE, fx=620.0, fy=450.0, cx=280.25, cy=260.75)


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return Simulation()


@pytest.fixture
def renderers() -> Iterator[list[CameraRenderer]]:
    made: list[CameraRenderer] = []
    yield made
    for renderer in made:
        renderer.close()


def project(view: View, point: Array) -> Array:
    x, y, z = transform_point(inverse(view.pose), point)
    return np.array([view.fx * x / z + view.cx, view.fy * y / z + view.cy])


def with_block_at(simulation: Simulation, position: Array) -> Array:
    qpos = simulation.qpos()
    first = simulation.scene.block
    qpos[first : first + 7] = [*position, 1.0, 0.0, 0.0, 0.0]
    return qpos


@pytest.mark.parametrize("view", [VIEW, LOPSIDED], ids=["centred", "lopsided"])
@pytest.mark.parametrize("position", [(0.45, 0.0, 0.1), (0.4, -0.2, 0.05), (0.6, 0.15, 0.3)])
def test_a_block_far_away_covers_the_pixels_its_projection_says(
    simulation: Simulation, renderers: list[CameraRenderer], view: View, position: tuple[float, float, float]
) -> None:
    renderer = CameraRenderer(simulation.model, view)
    renderers.append(renderer)
    there = renderer.render(with_block_at(simulation, np.array(position))).astype(int)
    elsewhere = renderer.render(with_block_at(simulation, np.array([0.0, 0.0, -5.0]))).astype(int)
    rows, columns = np.nonzero(np.abs(there - elsewhere).sum(axis=2) > 10)
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    corners = np.array([project(view, np.array(position) + 0.03 * sign) for sign in signs])
    for seen, expected in ((columns, corners[:, 0]), (rows, corners[:, 1])):
        # A sharp corner may miss the centres of the pixels at its tip, but not on one side only by much.
        assert seen.min() == pytest.approx(expected.min(), abs=1.8)
        assert seen.max() == pytest.approx(expected.max(), abs=1.8)
        assert seen.min() + seen.max() == pytest.approx(expected.min() + expected.max(), abs=1.6)


def test_the_same_world_gives_the_same_picture(simulation: Simulation, renderers: list[CameraRenderer]) -> None:
    flaws = Imperfection(blur=0.6, noise=3.0)
    renderers += [CameraRenderer(simulation.model, VIEW, flaws, seed=5) for _ in range(2)]
    first, second = ([renderer.render(simulation.qpos()) for _ in range(3)] for renderer in renderers)
    np.testing.assert_array_equal(first, second)
    assert (first[0] != first[1]).any()


def test_a_moved_renderer_sees_what_one_made_there_sees(
    simulation: Simulation, renderers: list[CameraRenderer]
) -> None:
    renderers += [CameraRenderer(simulation.model, view) for view in (VIEW, LOPSIDED)]
    moved, made = renderers
    moved.look_from(LOPSIDED)
    assert np.array_equal(moved.render(simulation.qpos()), made.render(simulation.qpos()))


def test_a_renderer_does_not_move_to_a_camera_of_another_size(
    simulation: Simulation, renderers: list[CameraRenderer]
) -> None:
    renderers.append(CameraRenderer(simulation.model, VIEW))
    with pytest.raises(ValueError, match="a view of 320x480 px; this renderer draws 640x480"):
        renderers[0].look_from(replace(VIEW, width=320))


def test_noise_has_the_strength_asked_for(simulation: Simulation, renderers: list[CameraRenderer]) -> None:
    renderers += [CameraRenderer(simulation.model, VIEW, Imperfection(noise=noise)) for noise in (0.0, 4.0)]
    clean, noisy = (renderer.render(simulation.qpos()).astype(float) for renderer in renderers)
    inside = (clean > 30.0) & (clean < 220.0)
    assert np.std((noisy - clean)[inside]) == pytest.approx(4.0, rel=0.05)
    assert np.mean((noisy - clean)[inside]) == pytest.approx(0.0, abs=0.05)


def test_blur_softens_edges(simulation: Simulation, renderers: list[CameraRenderer]) -> None:
    renderers += [CameraRenderer(simulation.model, VIEW, Imperfection(blur=blur)) for blur in (0.0, 2.0)]
    sharp, soft = (renderer.render(simulation.qpos()).astype(float) for renderer in renderers)
    assert np.abs(np.diff(soft, axis=1)).max() < 0.8 * np.abs(np.diff(sharp, axis=1)).max()


def test_shadows_darken_the_table(simulation: Simulation, renderers: list[CameraRenderer]) -> None:
    renderers += [CameraRenderer(simulation.model, VIEW, finish=Finish(shadows=shadows)) for shadows in (False, True)]
    plain, shaded = (renderer.render(simulation.qpos()).astype(int) for renderer in renderers)
    assert ((plain - shaded).sum(axis=2) > 50).mean() > 0.01


def test_a_machine_without_opengl_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(f"no {name}")

    monkeypatch.setattr(gl.importlib, "import_module", missing)
    monkeypatch.setenv("MUJOCO_GL", "")
    monkeypatch.setenv("PYOPENGL_PLATFORM", "egl")
    with pytest.raises(ResourceError, match="apt-get install -y libegl1 libopengl0 libegl-mesa0 libgl1-mesa-dri"):
        gl.create_context(64, 48)
