"""Curves: how long each stage took, and how much of their limits the joints used."""

from diffpol_ros.core.robot_description import JointLimits
from diffpol_ros.core.types import Array
from diffpol_ros.replay.latency_series import latency_series
from diffpol_ros.replay.limit_use import position_use, velocity_use
from diffpol_ros.replay.report.panel import JOINT_COLOURS
from diffpol_ros.replay.series import JointSeries, Run
from diffpol_ros.view.canvas import Canvas, thinned

LATENCY, RANGE, SPEED = "latency", "joints/range", "joints/speed"
LATENCY_COLOURS = ("#2e6fba", "#3a7d44", "#d1495b", "#9aa3ad", "#e08e45", "#6a3d7c", "#2a9d8f")
PERIOD_NS = 20_000_000


class Curves:
    """Names and colours each curve once."""

    def __init__(self, canvas: Canvas, limits: JointLimits) -> None:
        """Draw nothing yet."""
        self._canvas, self._limits = canvas, limits
        self._named: dict[str, int] = {}
        for path in (RANGE, SPEED):
            for number, colour in enumerate(JOINT_COLOURS, start=1):
                self._name(f"{path}/{number}", f"joint {number}", colour)

    def draw(self, run: Run) -> None:
        """Draw the curves of a run: latencies [ms], limits used [% of the limit]."""
        for series in latency_series(run):
            if len(series.stamps_ns):
                path = f"{LATENCY}/{series.name.replace('->', 'to').replace(' ', '_')}"
                self._name(path, f"{series.name} [ms]", LATENCY_COLOURS[len(self._named) % len(LATENCY_COLOURS)])
                self._canvas.scalars(path, series.stamps_ns, series.milliseconds)
        self._joints(RANGE, run.joints, position_use(run.joints, self._limits))
        self._joints(SPEED, run.joints, velocity_use(run.joints, self._limits))

    def _joints(self, path: str, joints: JointSeries, shares: Array) -> None:
        if not len(shares):
            return
        chosen = thinned(joints.stamps_ns, PERIOD_NS)
        for number, share in enumerate(shares[chosen].T, start=1):
            self._canvas.scalars(f"{path}/{number}", joints.stamps_ns[chosen], 100.0 * share)

    def _name(self, path: str, name: str, colour: str) -> None:
        if path not in self._named:
            self._named[path] = len(self._named)
            code = int(f"{colour[1:]}ff", 16)
            self._canvas.static(path, self._canvas.kinds.SeriesLines(names=name, colors=code, widths=1.2))
