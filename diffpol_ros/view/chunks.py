"""The sampled action chunks, the last ones fading, over the way that the tool took."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.replay.series import ChunkRecord, PoseSeries, Run
from diffpol_ros.view.canvas import Canvas, thinned

CHUNKS, EXECUTED, TOOL = "world/chunks", "world/executed", "world/end_effector"
SHOWN = 5
COLOUR, EXECUTED_COLOUR = (120, 220, 255), (255, 140, 60)
RADIUS, EXECUTED_RADIUS = 0.0015, 0.0025
TRAIL_NS, PERIOD_NS, POSE_PERIOD_NS = 4_000_000_000, 100_000_000, 20_000_000


class Chunks:
    """Remembers the last chunks and the last seconds of the way, so that each moment shows both."""

    def __init__(self, canvas: Canvas) -> None:
        """Draw nothing yet."""
        self._canvas = canvas
        self._last: deque[ChunkRecord] = deque(maxlen=SHOWN)
        self._trail = PoseSeries(*(np.zeros(shape) for shape in (0, 0, (0, 3), (0, 4))))  # type: ignore[arg-type]

    def draw(self, run: Run) -> None:
        """Draw every chunk at the time it was sent, and the way a few times a second."""
        for chunk in run.chunks:
            self._last.append(chunk)
            self._chunk(chunk.published_ns)
        self._way(run.end_effector)

    def _chunk(self, at_ns: int) -> None:
        kinds, last = self._canvas.kinds, list(self._last)
        colours = [(*COLOUR, 255 - 50 * age) for age in range(len(last) - 1, -1, -1)]
        strips = kinds.LineStrips3D([each.positions for each in last], colors=colours, radii=RADIUS)
        self._canvas.at(CHUNKS, at_ns, strips)
        points = kinds.Points3D(last[-1].positions, colors=COLOUR, radii=2.0 * RADIUS)
        self._canvas.at(f"{CHUNKS}/newest", at_ns, points)

    def _way(self, poses: PoseSeries) -> None:
        chosen = thinned(poses.stamps_ns, POSE_PERIOD_NS)
        stamps_ns = np.concatenate([self._trail.stamps_ns, poses.stamps_ns[chosen]]).astype(np.int64)
        positions = np.vstack([self._trail.positions, poses.positions[chosen]])
        quaternions = np.vstack([self._trail.quaternions, poses.quaternions[chosen]])
        self._tool(poses, chosen)
        for index in len(self._trail) + thinned(stamps_ns[len(self._trail) :], PERIOD_NS):
            first = int(np.searchsorted(stamps_ns, stamps_ns[index] - TRAIL_NS))
            strip = [positions[first : index + 1]]
            drawn = self._canvas.kinds.LineStrips3D(strip, colors=EXECUTED_COLOUR, radii=EXECUTED_RADIUS)
            self._canvas.at(EXECUTED, int(stamps_ns[index]), drawn)
        kept = slice(int(np.searchsorted(stamps_ns, stamps_ns[-1] - TRAIL_NS)) if len(stamps_ns) else 0, None)
        self._trail = PoseSeries(stamps_ns[kept], stamps_ns[kept], positions[kept], quaternions[kept])

    def _tool(self, poses: PoseSeries, chosen: NDArray[np.int64]) -> None:
        kinds = self._canvas.kinds
        columns = kinds.Transform3D.columns(translation=poses.positions[chosen], quaternion=poses.quaternions[chosen])
        self._canvas.columns(TOOL, poses.stamps_ns[chosen], columns)
