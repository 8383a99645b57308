"""Draws what the stack believes into a camera image: the object's outline and axes, and a line of status."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from diffpol_ros.core.spatial import inverse, matrix_from_quaternion, rotation_vector, transform_point
from diffpol_ros.core.types import Array, Pose

Pixels = NDArray[np.uint8]
SHIFT = 4
AXES = ((226, 78, 68), (86, 176, 74), (66, 120, 230))
OUTLINE, TRAIL, WHITE, SHADE = (255, 196, 48), (120, 220, 255), (245, 245, 245), (18, 22, 28)
BAR_HEIGHT = 58


@dataclass(frozen=True, eq=False)
class CameraView:
    """What projects a point into an image: matrix (3, 3) [pixel], distortion as OpenCV, optical frame in the base."""

    name: str
    matrix: Array
    distortion: Array
    pose: Pose

    def project(self, points: Array) -> Array:
        """Return the pixels (n, 2) of points (n, 3) [m] of the robot base frame."""
        to_camera = inverse(self.pose)
        rotation = rotation_vector(to_camera.quaternion)
        coefficients = self.distortion if self.distortion.size else np.zeros(4)
        flat, _ = cv2.projectPoints(points.reshape(-1, 1, 3), rotation, to_camera.position, self.matrix, coefficients)
        return np.asarray(flat, dtype=np.float64).reshape(-1, 2)


@dataclass(frozen=True)
class Caption:
    """The text lines of the bar; `accent` (red, green, blue) colours the badge."""

    title: str
    detail: str
    badge: str = ""
    accent: tuple[int, int, int] = OUTLINE


def draw_box(
    image: Pixels, view: CameraView, pose: Pose, half_size: Array, colour: tuple[int, int, int] = OUTLINE
) -> None:
    """Draw the edges of a box's visible faces; half_size: (3,) [m]."""
    for face in visible_faces(view, pose, half_size):
        _polygon(image, face, colour)


def visible_faces(view: CameraView, pose: Pose, half_size: Array) -> list[Array]:
    """Return the pixels (4, 2) of the corners of each face of a box that the camera sees; half_size: (3,) [m]."""
    rotation = matrix_from_quaternion(pose.quaternion)
    found: list[Array] = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            normal = sign * rotation[:, axis]
            centre = pose.position + half_size[axis] * normal
            if normal @ (view.pose.position - centre) > 0.0:
                found.append(view.project(_face(pose, half_size, axis, sign)))
    return found


def _face(pose: Pose, half_size: Array, axis: int, sign: float) -> Array:
    corners = []
    for first, second in ((-1, -1), (-1, 1), (1, 1), (1, -1)):
        corner = np.empty(3)
        corner[[axis, (axis + 1) % 3, (axis + 2) % 3]] = sign, first, second
        corners.append(transform_point(pose, corner * half_size))
    return np.array(corners)


def draw_axes(image: Pixels, view: CameraView, pose: Pose, length: float) -> None:
    """Draw the axes of a pose, x red, y green, z blue; length in [m]."""
    points = np.vstack([np.zeros(3), length * np.eye(3)])
    pixels = view.project(np.array([transform_point(pose, point) for point in points]))
    for end, colour in zip(pixels[1:], AXES, strict=True):
        _line(image, pixels[0], end, SHADE, 4)
        _line(image, pixels[0], end, colour, 2)


def draw_trail(image: Pixels, view: CameraView, points: Array) -> None:
    """Draw where the end effector is about to go, (n, 3) [m]."""
    if len(points) == 0:
        return
    pixels = view.project(points)
    for start, end in pairwise(pixels):
        _line(image, start, end, TRAIL, 1)
    for pixel in pixels:
        cv2.circle(image, _fixed(pixel), 3 << SHIFT, TRAIL, cv2.FILLED, cv2.LINE_AA, SHIFT)


def draw_caption(image: Pixels, caption: Caption) -> Pixels:
    """Return the image with a bar of text along its lower edge."""
    image[-BAR_HEIGHT:] = (0.28 * image[-BAR_HEIGHT:] + 0.72 * np.array(SHADE)).astype(np.uint8)
    canvas = Image.fromarray(image)
    pen = ImageDraw.Draw(canvas)
    top = image.shape[0] - BAR_HEIGHT
    pen.text((14, top + 8), caption.title, font=_font("DejaVuSans-Bold.ttf", 16), fill=WHITE)
    small = _font("DejaVuSansMono.ttf", 12)
    detail = _fitted(caption.detail, small, image.shape[1] - 28)
    pen.text((14, top + 32), detail, font=small, fill=(190, 198, 208))
    if caption.badge:
        _badge(pen, caption, image.shape[1], top)
    return np.asarray(canvas)


def _fitted(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """Return `text`, shortened where it is wider than `width` [pixel]."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def _badge(pen: ImageDraw.ImageDraw, caption: Caption, width: int, top: int) -> None:
    font = _font("DejaVuSans-Bold.ttf", 12)
    length = int(pen.textlength(caption.badge, font=font))
    pen.rounded_rectangle((width - length - 34, top + 7, width - 14, top + 27), radius=10, fill=caption.accent)
    pen.text((width - length - 24, top + 10), caption.badge, font=font, fill=SHADE)


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Return a font that matplotlib ships, so that no system font is needed."""
    return ImageFont.truetype(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name), size)


def _polygon(image: Pixels, pixels: Array, colour: tuple[int, int, int]) -> None:
    points = np.array([_fixed(pixel) for pixel in pixels], dtype=np.int32).reshape(-1, 1, 2)
    cv2.polylines(image, [points], True, SHADE, 4, cv2.LINE_AA, SHIFT)
    cv2.polylines(image, [points], True, colour, 2, cv2.LINE_AA, SHIFT)


def _line(image: Pixels, start: Array, end: Array, colour: tuple[int, int, int], width: int) -> None:
    cv2.line(image, _fixed(start), _fixed(end), colour, width, cv2.LINE_AA, SHIFT)


def _fixed(pixel: Array) -> tuple[int, int]:
    """Return a pixel in OpenCV's fixed-point coordinates; far outside it is kept drawable."""
    x, y = np.clip(np.nan_to_num(pixel), -4000.0, 4000.0) * (1 << SHIFT)
    return int(x), int(y)
