"""Objects: the estimate with the ellipsoid of its covariance, how far it is trusted, and the twin's truth."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from diffpol_ros.core.types import Array
from diffpol_ros.replay.report.object_panels import TRACKING_COLOURS
from diffpol_ros.replay.series import PoseSeries, Run, StatusRecord
from diffpol_ros.view.canvas import Canvas, thinned
from diffpol_ros.view.known import Known

TRUTH_COLOUR = (90, 200, 120)
ELLIPSOID_COLOUR = (255, 120, 220, 150)
EDGE_RADIUS = 0.0012
TRUTH_PERIOD_NS = 20_000_000


class Objects:
    """Draws what is known of each object; `sigmas`: the ellipsoids' half axes in standard deviations."""

    def __init__(self, canvas: Canvas, known: Known, sigmas: float) -> None:
        """Draw nothing yet."""
        self._canvas, self._known, self._sigmas = canvas, known, sigmas
        self._boxes: set[str] = set()
        self._words: dict[str, str] = {}

    def draw(self, run: Run) -> None:
        """Draw every object of a run."""
        for name, series in run.estimates.items():
            self._estimate(name, series)
        for name, series in run.truths.items():
            self._truth(name, series)
        self._trust(run.objects)

    def _estimate(self, name: str, series: PoseSeries) -> None:
        path = f"world/objects/{name}"
        self._box(path, name, TRACKING_COLOURS["tracking"])
        self._move(path, series)
        if len(series.covariances) == len(series):
            self._ellipsoids(f"world/covariances/{name}", series)

    def _ellipsoids(self, path: str, series: PoseSeries) -> None:
        told = np.isfinite(series.covariances).all(axis=(1, 2))
        half_sizes, quaternions = ellipsoids(series.covariances[told], self._sigmas)
        columns = self._canvas.kinds.Ellipsoids3D.columns(
            centers=series.positions[told], half_sizes=half_sizes, quaternions=quaternions
        )
        self._canvas.columns(path, series.stamps_ns[told], columns)

    def _truth(self, name: str, series: PoseSeries) -> None:
        path, chosen = f"world/truths/{name}", thinned(series.stamps_ns, TRUTH_PERIOD_NS)
        self._box(path, f"{name}, true", "#{:02x}{:02x}{:02x}".format(*TRUTH_COLOUR))
        kept = series.stamps_ns[chosen], series.published_ns[chosen]
        self._move(path, PoseSeries(*kept, series.positions[chosen], series.quaternions[chosen]))

    def _move(self, path: str, series: PoseSeries) -> None:
        kinds = self._canvas.kinds
        columns = kinds.Transform3D.columns(translation=series.positions, quaternion=series.quaternions)
        self._canvas.columns(path, series.stamps_ns, columns)

    def _box(self, path: str, label: str, colour: str) -> None:
        if path in self._boxes:
            return
        self._boxes.add(path)
        kinds, name = self._canvas.kinds, path.rpartition("/")[2]
        half_size = [self._known.half_size(name)]
        edges = {"radii": EDGE_RADIUS, "colors": _code(colour), "fill_mode": "majorwireframe"}
        self._canvas.static(path, kinds.Boxes3D(half_sizes=half_size, labels=[label], show_labels=False, **edges))
        if path.startswith("world/objects/"):
            self._canvas.static(f"world/covariances/{name}", _ellipsoid_style(kinds))

    def _trust(self, statuses: Sequence[StatusRecord]) -> None:
        """Draw how far each object is trusted wherever that changes."""
        kinds = self._canvas.kinds
        for status in statuses:
            word = status.values.get("tracking", status.message).lower()
            if status.name.startswith("estimation/") or self._words.get(status.name) == word:
                continue
            if status.name not in self._words:
                self._canvas.states(f"tracking/{status.name}", TRACKING_COLOURS)
            self._words[status.name] = word
            self._canvas.at(f"tracking/{status.name}", status.published_ns, kinds.StateChange(state=word))


def ellipsoids(covariances: Array, sigmas: float) -> tuple[Array, Array]:
    """Return the half axes (n, 3) [m] and quaternions (n, 4) xyzw of the ellipsoids of covariances (n, 3, 3) [m^2]."""
    variances, axes = np.linalg.eigh(covariances)
    axes[np.linalg.det(axes) < 0.0, :, 0] *= -1.0
    if not len(axes):
        return np.zeros((0, 3)), np.zeros((0, 4))
    half_axes = sigmas * np.sqrt(np.maximum(variances, 0.0))
    return half_axes, np.asarray(Rotation.from_matrix(axes).as_quat())


def _ellipsoid_style(kinds: Any) -> Any:
    return kinds.Ellipsoids3D.from_fields(colors=[ELLIPSOID_COLOUR], fill_mode="solid")


def _code(colour: str) -> int:
    return int(f"{colour[1:]}ff", 16)
