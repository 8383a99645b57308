"""Everything that is drawn of a run, each thing by who knows how."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array
from diffpol_ros.replay.images import Pixels
from diffpol_ros.replay.series import PoseSeries, Run
from diffpol_ros.view.arm import Arm
from diffpol_ros.view.cameras import Cameras
from diffpol_ros.view.canvas import Canvas
from diffpol_ros.view.chunks import Chunks
from diffpol_ros.view.curves import Curves
from diffpol_ros.view.gate import Gate
from diffpol_ros.view.known import Known
from diffpol_ros.view.objects import Objects

WORKSPACE_COLOUR, KEEP_OUT_COLOUR, TABLE_COLOUR = (120, 130, 145), (200, 70, 80), (66, 72, 80)
TABLE_HALF_SIZE = (0.55, 0.6, 0.004)
TABLE_CENTRE_X = 0.35
RECENT_NS = 2_000_000_000


@dataclass(frozen=True)
class SceneSettings:
    """How it is drawn. find_tags: in every image shown. sigmas: half axes of ellipsoids in standard deviations."""

    find_tags: bool = True
    sigmas: float = 100.0


class Scene:
    """Draws a run, all at once or piece by piece, and images in between."""

    def __init__(self, canvas: Canvas, description: RobotDescription, known: Known, settings: SceneSettings) -> None:
        """Draw what never changes."""
        self._canvas, self.cameras = canvas, Cameras(canvas, known, settings.find_tags)
        self._arm = Arm(canvas, description)
        self._objects = Objects(canvas, known, settings.sigmas)
        self._chunks, self._gate = Chunks(canvas), Gate(canvas)
        self._curves = Curves(canvas, description.limits)
        self._recent: Run | None = None
        self._surroundings(description)

    def draw(self, run: Run) -> None:
        """Draw what a run tells; a later piece goes on where the last one ended."""
        self._arm.draw(run.joints, run.targets)
        self._objects.draw(run)
        self._chunks.draw(run)
        self._gate.draw(run)
        self._curves.draw(run)
        self._recent = run if self._recent is None else _joined(self._recent, run)

    def image(self, camera: str, stamp_ns: int, pixels: Pixels) -> None:
        """Draw an image exposed at `stamp_ns` [ns], with what was drawn before as what is believed."""
        if self._recent is not None:
            self.cameras.draw(camera, stamp_ns, pixels, self._recent)

    def close(self) -> None:
        """Free what is held."""
        self.cameras.close()

    def _surroundings(self, description: RobotDescription) -> None:
        kinds, canvas = self._canvas.kinds, self._canvas
        canvas.static("world", kinds.ViewCoordinates.RIGHT_HAND_Z_UP)
        height = description.safety.table_height
        centre = [TABLE_CENTRE_X, 0.0, height - TABLE_HALF_SIZE[2]]
        table = kinds.Boxes3D(centers=[centre], half_sizes=[TABLE_HALF_SIZE], colors=TABLE_COLOUR, fill_mode="solid")
        canvas.static("world/table", table)
        lower, upper = np.array(description.workspace.lower), np.array(description.workspace.upper)
        canvas.static("world/limits/workspace", _box(kinds, lower, upper, WORKSPACE_COLOUR, "workspace of the tool"))
        for keep_out in description.safety.keep_outs:
            corners = np.array(keep_out.lower), np.array(keep_out.upper)
            path = f"world/limits/{kinds.escape_entity_path_part(keep_out.name)}"
            canvas.static(path, _box(kinds, *corners, KEEP_OUT_COLOUR, f"keep out: {keep_out.name}"))


def _box(kinds: Any, lower: Array, upper: Array, colour: tuple[int, int, int], label: str) -> Any:
    shown = {"colors": colour, "radii": 0.001, "labels": [label], "show_labels": False, "fill_mode": "majorwireframe"}
    return kinds.Boxes3D(centers=[0.5 * (lower + upper)], half_sizes=[0.5 * (upper - lower)], **shown)


def _joined(before: Run, after: Run) -> Run:
    """Return what an image's overlays need of both: the last seconds of estimates, tool and chunks."""
    names = before.estimates.keys() | after.estimates.keys()
    newest = max(before.span_ns[1], after.span_ns[1])
    chunks = [chunk for chunk in (*before.chunks, *after.chunks) if chunk.published_ns > newest - RECENT_NS]
    return replace(
        after,
        end_effector=_tail([before.end_effector, after.end_effector], newest),
        estimates={
            name: _tail([run.estimates[name] for run in (before, after) if name in run.estimates], newest)
            for name in names
        },
        chunks=tuple(chunks),
        span_ns=(before.span_ns[0], newest),
    )


def _tail(parts: list[PoseSeries], newest_ns: int) -> PoseSeries:
    stamps_ns = np.concatenate([part.stamps_ns for part in parts])
    kept = stamps_ns > newest_ns - RECENT_NS
    return PoseSeries(
        stamps_ns[kept],
        np.concatenate([part.published_ns for part in parts])[kept],
        np.vstack([part.positions for part in parts])[kept],
        np.vstack([part.quaternions for part in parts])[kept],
    )
