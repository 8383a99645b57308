"""A bag as a film: one camera's images with the estimates, the next actions and the gate's verdict drawn in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.replay import verdicts
from diffpol_ros.replay.bag_reader import BagReader, stamp_ns
from diffpol_ros.replay.episodes import Episode
from diffpol_ros.replay.images import images_of, pixels_of
from diffpol_ros.replay.overlay import (
    CameraView,
    Caption,
    Pixels,
    draw_axes,
    draw_box,
    draw_caption,
    draw_trail,
)
from diffpol_ros.replay.series import PoseSeries, Run

GREEN, RED, AMBER, BLUE = (104, 211, 145), (246, 109, 109), (255, 196, 48), (120, 180, 255)
FRESH_NS = 1_000_000_000
LONGEST_HOLD_FRAMES = 30


@dataclass(frozen=True, eq=False)
class Outline:
    """The box drawn around an object: half_size (3,) [m]."""

    name: str
    half_size: Array


@dataclass(frozen=True, eq=False)
class Film:
    """What to draw, and from where."""

    bag: BagReader
    run: Run
    view: CameraView
    outlines: Sequence[Outline]
    episodes: Sequence[Episode] = ()
    namespace: str = ""

    @property
    def topic(self) -> str:
        """Return the topic of the images."""
        prefix = f"/{self.namespace.strip('/')}" if self.namespace else ""
        return f"{prefix}/camera/{self.view.name}/image_raw"

    def frames(self) -> Iterator[tuple[int, Pixels]]:
        """Yield each image's exposure [ns] and the image with everything drawn in."""
        for exposed_ns, image in self.images():
            yield exposed_ns, self.draw(image, exposed_ns)

    def images(self) -> Iterator[tuple[int, Pixels]]:
        """Yield each image's exposure [ns] and the image as it is."""
        for record in images_of(self.bag, self.topic):
            yield stamp_ns(record.message), np.array(pixels_of(record))

    def draw(self, image: Pixels, now_ns: int) -> Pixels:
        """Return an image exposed at `now_ns` with everything drawn in."""
        draw_trail(image, self.view, self._trail(now_ns))
        for outline in self.outlines:
            found = _latest(self.run.estimates.get(outline.name), now_ns)
            if found is not None:
                draw_box(image, self.view, found, outline.half_size)
                draw_axes(image, self.view, found, 1.7 * float(outline.half_size.max()))
        return draw_caption(image, self._caption(now_ns))

    def _trail(self, now_ns: int) -> Array:
        """Return where the chunk in force at `now_ns` still leads."""
        past = [chunk for chunk in self.run.chunks if chunk.published_ns <= now_ns]
        if not past:
            return np.zeros((0, 3))
        chunk = past[-1]
        return chunk.positions[chunk.due_ns >= now_ns]

    def _caption(self, now_ns: int) -> Caption:
        verdict = verdicts.at(self.run.gate, now_ns)
        episode = next((each for each in reversed(self.episodes) if each.start_ns <= now_ns), None)
        title = episode.title if episode else "waiting for the first episode"
        detail = "   ".join([*self._objects(now_ns), self._gripper(now_ns), verdict.text])
        if episode and episode.end_ns is not None and now_ns >= episode.end_ns:
            return Caption(title, detail, "SUCCESS" if episode.success else "FAILED", GREEN if episode.success else RED)
        return Caption(title, detail, verdict.word, _ACCENTS.get(verdict.word, BLUE))

    def _objects(self, now_ns: int) -> list[str]:
        texts = []
        for outline in self.outlines:
            found = _latest(self.run.estimates.get(outline.name), now_ns)
            where = " ".join(f"{value:+.3f}" for value in found.position) + " m" if found else "not seen"
            texts.append(f"{outline.name} {where}")
        return texts

    def _gripper(self, now_ns: int) -> str:
        joints = self.run.joints
        index = int(np.searchsorted(joints.stamps_ns, now_ns, side="right")) - 1
        return f"gripper {1e3 * joints.positions[index, -2:].sum():.0f} mm" if index >= 0 else "gripper ?"


_ACCENTS = {"COMMAND": GREEN, "HOLD": AMBER, "STOP": RED}


def _latest(series: PoseSeries | None, now_ns: int) -> Pose | None:
    """Return the last estimate of an image not newer than `now_ns`, unless it is too old to show."""
    if series is None or len(series) == 0:
        return None
    index = int(np.searchsorted(series.stamps_ns, now_ns, side="right")) - 1
    if index < 0 or now_ns - series.stamps_ns[index] > FRESH_NS:
        return None
    return Pose(series.positions[index], series.quaternions[index])


def best_suffix() -> str:
    """Return ".mp4" where a video encoder is installed, else ".gif"."""
    return ".mp4" if find_spec("imageio_ffmpeg") else ".gif"


def write_video(film: Film, path: Path) -> Path:
    """Write the film to `path`: .mp4 (H.264) or .gif (at a quarter of the pixels); return the path."""
    stamps = np.array([stamp_ns(record.message) for record in images_of(film.bag, film.topic)])
    if stamps.size < 2:
        raise ResourceError(f"the bag has {stamps.size} images on {film.topic}: nothing to show")
    rate = float(np.clip(1e9 / np.median(np.diff(stamps)), 2.0, 60.0))
    paced = _paced(film.frames(), rate)
    if path.suffix == ".gif":
        return _write_gif(paced, path, rate)
    return _write_mp4(paced, path, rate)


def _paced(frames: Iterator[tuple[int, Pixels]], rate: float) -> Iterator[Pixels]:
    """Repeat frames where images are missing, so that the film runs in real time; rate in [1/s]."""
    start_ns, shown = 0, 0
    for stamp, image in frames:
        start_ns = start_ns or stamp
        due = int((stamp - start_ns) * 1e-9 * rate) + 1
        for _ in range(min(max(1, due - shown), LONGEST_HOLD_FRAMES)):
            yield image
        shown = max(due, shown + 1)


def _write_mp4(frames: Iterator[Pixels], path: Path, rate: float) -> Path:
    import imageio_ffmpeg

    first = next(frames)
    size = (first.shape[1], first.shape[0])
    # yuv420p and the index in front: what browsers play.
    options: dict[str, Any] = {"fps": rate, "output_params": ["-movflags", "+faststart"]}
    writer = imageio_ffmpeg.write_frames(str(path), size, codec="libx264", quality=7, **options)
    writer.send(None)
    try:
        writer.send(np.ascontiguousarray(first))
        for frame in frames:
            writer.send(np.ascontiguousarray(frame))
    finally:
        writer.close()
    return path


def _write_gif(frames: Iterator[Pixels], path: Path, rate: float) -> Path:
    small = [Image.fromarray(frame).resize((frame.shape[1] // 2, frame.shape[0] // 2)) for frame in frames]
    palette = [frame.quantize(128, dither=Image.Dither.NONE) for frame in small]
    palette[0].save(path, save_all=True, append_images=palette[1:], duration=round(1000.0 / rate), loop=0)
    return path
