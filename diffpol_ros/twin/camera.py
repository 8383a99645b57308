"""Rendered cameras: an exact pinhole over the scene, in the 8-bit colours of a real camera."""

from dataclasses import dataclass

import cv2
import mujoco
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from diffpol_ros.core.spatial import matrix_from_quaternion
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.twin.arm import COLLISION_GROUP
from diffpol_ros.twin.gl import create_context

Image = NDArray[np.uint8]

NEAR, FAR = 0.05, 8.0
MAXIMUM_GEOMETRIES = 200
NOISE_OFFSETS = 1 << 18
SHADOW_PIXELS = 4096


@dataclass(frozen=True, eq=False)
class View:
    """A pinhole camera: intrinsics in [px] with pixel (0, 0) at the CENTRE of the top left pixel.

    pose: optical frame (x right, y down, z forward) in the robot base frame.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    pose: Pose


@dataclass(frozen=True)
class Imperfection:
    """What a lens and a sensor do to a picture: blur and noise as standard deviations in [px] and grey levels."""

    blur: float = 0.0
    noise: float = 0.0


@dataclass(frozen=True)
class Finish:
    """What makes a picture handsome and dear: samples a pixel (0: one, with jagged edges) and shadows."""

    samples: int = 0
    shadows: bool = False


class CameraRenderer:
    """Draws what one camera sees. Belongs to the thread that made it."""

    def __init__(
        self,
        model: mujoco.MjModel,
        view: View,
        imperfection: Imperfection | None = None,
        *,
        finish: Finish | None = None,
        seed: int = 0,
    ) -> None:
        """Prepare to draw `model`; `seed` starts the noise."""
        finish = finish or Finish()
        self._model, self._view = model, view
        self._imperfection = imperfection or Imperfection()
        self._random = np.random.default_rng(seed)
        model.vis.global_.offwidth, model.vis.global_.offheight = view.width, view.height
        model.vis.quality.offsamples, model.vis.quality.shadowsize = (
            finish.samples,
            SHADOW_PIXELS if finish.shadows else 0,
        )
        self._graphics = create_context(view.width, view.height)
        self._context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_50)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._context)
        self._data = mujoco.MjData(model)
        self._scene = self._prepare_scene(finish)
        self._options = mujoco.MjvOption()
        self._options.geomgroup[COLLISION_GROUP] = 0
        self._options.sitegroup[:] = 0
        self._rectangle = mujoco.MjrRect(0, 0, view.width, view.height)
        self._upside_down = np.empty((view.height, view.width, 3), dtype=np.uint8)
        self._noise = self._draw_noise()

    def _prepare_scene(self, finish: Finish) -> mujoco.MjvScene:
        scene = mujoco.MjvScene(self._model, maxgeom=MAXIMUM_GEOMETRIES)
        scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = finish.shadows
        scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = 0
        scene.flags[mujoco.mjtRndFlag.mjRND_HAZE] = 0
        return scene

    def _draw_noise(self) -> NDArray[np.int8] | None:
        """Return more noise than a picture needs: each one takes a stretch, since drawing it anew costs 10 ms."""
        if self._imperfection.noise <= 0.0:
            return None
        noise = self._random.normal(0.0, self._imperfection.noise, self._upside_down.size + NOISE_OFFSETS)
        return np.clip(np.round(noise), -127, 127).astype(np.int8)

    def look_from(self, view: View) -> None:
        """Draw what another camera sees from now on; its pictures are of the same size."""
        size, expected = (view.width, view.height), (self._view.width, self._view.height)
        if size != expected:
            raise ValueError(f"a view of {size[0]}x{size[1]} px; this renderer draws {expected[0]}x{expected[1]}")
        self._view = view

    def render(self, qpos: Array) -> Image:
        """Return the picture (height, width, 3) of the world at `qpos`, red first."""
        self._data.qpos[:] = qpos
        mujoco.mj_kinematics(self._model, self._data)
        mujoco.mj_camlight(self._model, self._data)
        mujoco.mjv_updateScene(
            self._model, self._data, self._options, None, mujoco.MjvCamera(), mujoco.mjtCatBit.mjCAT_ALL, self._scene
        )
        self._aim()
        self._graphics.make_current()
        mujoco.mjr_render(self._rectangle, self._scene, self._context)
        mujoco.mjr_readPixels(self._upside_down, None, self._rectangle, self._context)
        image = np.empty_like(self._upside_down)
        cv2.flip(self._upside_down, 0, image)
        return self._degrade(image)

    def _aim(self) -> None:
        """Give the OpenGL camera the pinhole's frustum; image borders lie half a pixel beyond pixel centres."""
        view = self._view
        axes = matrix_from_quaternion(view.pose.quaternion)
        right = (view.width - 0.5 - view.cx) / view.fx
        left = (-0.5 - view.cx) / view.fx
        for camera in self._scene.camera:
            camera.pos = view.pose.position
            camera.forward, camera.up = axes[:, 2], -axes[:, 1]
            camera.frustum_near, camera.frustum_far = NEAR, FAR
            camera.frustum_center = 0.5 * NEAR * (left + right)
            camera.frustum_width = 0.5 * NEAR * (right - left)
            camera.frustum_top = NEAR * (view.cy + 0.5) / view.fy
            camera.frustum_bottom = -NEAR * (view.height - 0.5 - view.cy) / view.fy

    def _degrade(self, image: Image) -> Image:
        degraded: MatLike = image
        if self._imperfection.blur > 0.0:
            degraded = cv2.GaussianBlur(degraded, (0, 0), self._imperfection.blur)
        if self._noise is not None:
            start = int(self._random.integers(NOISE_OFFSETS))
            noise = self._noise[start : start + image.size].reshape(image.shape)
            degraded = cv2.add(degraded, noise, dtype=cv2.CV_8U)
        return np.asarray(degraded, dtype=np.uint8)

    def close(self) -> None:
        """Give the graphics memory back."""
        self._context.free()
        self._graphics.free()
