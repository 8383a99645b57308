"""What is seen at first: the scene, the cameras, the gate's lane and log, latencies and limits."""

from collections.abc import Sequence
from typing import Any

from diffpol_ros.view import curves, gate
from diffpol_ros.view.canvas import TIMELINE, load_rerun

EYE, TARGET = (1.55, -1.25, 0.95), (0.38, 0.0, 0.28)
BACKGROUND = (28, 31, 36)


def blueprint(cameras: Sequence[str], sigmas: float) -> Any:
    """Return the layout; cameras: the entities of their images' places, as Cameras.path tells."""
    load_rerun()
    import_blueprint: Any = __import__("rerun.blueprint", fromlist=["blueprint"])
    rrb = import_blueprint
    scene = rrb.Spatial3DView(
        origin="world",
        name=f"scene: arm, ghost where it is sent; ellipsoids: {sigmas:g} sigma",
        background=BACKGROUND,
        line_grid=False,
        eye_controls=rrb.EyeControls3D(position=EYE, look_target=TARGET, eye_up=(0.0, 0.0, 1.0)),
    )
    lanes = rrb.StateTimelineView(origin="/", contents=[gate.STATE, "tracking/**"], name="verdict and tracking")
    eyes = [rrb.Spatial2DView(origin=path, name=f"camera {path.rpartition('/')[2]}") for path in cameras]
    log = rrb.TextLogView(origin="/", contents=[gate.LOG], name="gate", columns=_columns(rrb))
    left = rrb.Vertical(scene, rrb.Horizontal(lanes, log), row_shares=[5, 1.4])
    right = rrb.Vertical(
        *([rrb.Tabs(*eyes) if len(eyes) > 2 else rrb.Horizontal(*eyes)] if eyes else []),
        rrb.TimeSeriesView(origin=curves.LATENCY, name="latency [ms]", plot_legend=rrb.Corner2D.RightTop),
        rrb.Tabs(
            _shares(rrb, curves.RANGE, "joints: % of the way to a limit"),
            _shares(rrb, curves.SPEED, "joint speeds, % of the limit"),
        ),
        row_shares=[*([3] if eyes else []), 2, 2],
    )
    return rrb.Blueprint(
        rrb.Horizontal(left, right, column_shares=[3, 2]),
        rrb.TimePanel(state="collapsed", timeline=TIMELINE),
        rrb.BlueprintPanel(state="hidden"),
        rrb.SelectionPanel(state="hidden"),
    )


def _shares(rrb: Any, path: str, name: str) -> Any:
    axis = rrb.ScalarAxis(range=(-100.0, 100.0), zoom_lock=True)
    return rrb.TimeSeriesView(origin=path, name=name, axis_y=axis, plot_legend=rrb.Corner2D.RightTop)


def _columns(rrb: Any) -> Any:
    return rrb.TextLogColumns(text_log_columns=["loglevel", "body"], timeline_columns=[TIMELINE])
