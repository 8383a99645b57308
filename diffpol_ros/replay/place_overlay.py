"""A camera image with where an object shall stand drawn in, where it stands, and how far that is."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.types import Array, Pose
from diffpol_ros.replay.overlay import CameraView, Caption, Pixels, draw_axes, draw_box, draw_caption

GREEN, RED, GREY = (70, 230, 110), (255, 84, 64), (176, 184, 194)


@dataclass(frozen=True, eq=False)
class Placing:
    """What is drawn. wanted, present: poses of the object in the robot base frame, where known.

    half_size: of its box (3,) [m]. near: whether it stands near enough. title, detail: the lines of the bar.
    """

    wanted: Pose | None
    present: Pose | None
    half_size: Array
    near: bool
    title: str
    detail: str


def draw_placing(image: Pixels, view: CameraView, placing: Placing) -> Pixels:
    """Return the image with the wanted outline, green where the object stands there, else red; the estimate in grey."""
    drawn = np.ascontiguousarray(image).copy()
    colour = GREEN if placing.near else RED
    if placing.present is not None:
        draw_box(drawn, view, placing.present, placing.half_size, GREY)
    if placing.wanted is not None:
        draw_box(drawn, view, placing.wanted, placing.half_size, colour)
        draw_axes(drawn, view, placing.wanted, 1.5 * float(placing.half_size.max()))
    badge = "NOT SEEN" if placing.present is None else "GO" if placing.near else "MOVE IT"
    accent = colour if placing.present is not None else GREY
    return draw_caption(drawn, Caption(placing.title, placing.detail, badge, accent))
