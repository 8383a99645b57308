"""The rows of the page: gate, objects, end effector, seams, joints, gripper, latencies."""

from collections.abc import Sequence

import numpy as np

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array
from diffpol_ros.replay import seams, verdicts
from diffpol_ros.replay.limit_use import position_use, velocity_use
from diffpol_ros.replay.plot import COLOURS, VERDICT_COLOURS
from diffpol_ros.replay.report.clock import Clock
from diffpol_ros.replay.report.latency_panels import latency_panels
from diffpol_ros.replay.report.object_panels import object_panels
from diffpol_ros.replay.report.panel import FAINT, JOINT_COLOURS, Curve, Panel, Stretch
from diffpol_ros.replay.series import Run


def panels(run: Run, description: RobotDescription) -> list[Panel]:
    """Return every row that has something to show, from top to bottom."""
    clock = Clock(run.span_ns[0])
    rows = [
        _gate(run, clock),
        *object_panels(run, clock),
        _end_effector(run, clock),
        _seams(run, clock),
        *_joints(run, clock, description),
        _gripper(run, clock),
        *latency_panels(run, clock),
    ]
    return [row for row in rows if not row.empty]


def _gate(run: Run, clock: Clock) -> Panel:
    found = [
        Stretch(
            float(clock(span.start_ns)),
            float(clock(span.end_ns)),
            VERDICT_COLOURS.get(span.verdict.word, FAINT),
            f"{span.verdict.word.lower()}: {span.verdict.reason}".rstrip(": "),
        )
        for span in verdicts.spans(run.gate, run.span_ns[1])
    ]
    return Panel("gate", stretches=found, height=34)


def _end_effector(run: Run, clock: Clock) -> Panel:
    curves = []
    for axis, (letter, colour) in enumerate(zip("xyz", COLOURS, strict=True)):
        times = _joined([clock(chunk.due_ns) for chunk in run.chunks])
        asked = _joined([chunk.positions[:, axis] for chunk in run.chunks])
        curves.append(Curve(f"{letter} asked", f"{colour}66", times, asked, width=0.7))
        poses = run.end_effector
        curves.append(Curve(letter, colour, clock(poses.stamps_ns), poses.positions[:, axis]))
    return Panel("end effector: executed, over the chunks asked for", "m", curves, height=190)


def _joined(parts: Sequence[Array]) -> Array:
    """Return parts one after the other, with a gap between any two."""
    return np.concatenate([np.append(part, np.nan) for part in parts]) if parts else np.zeros(0)


def _seams(run: Run, clock: Clock) -> Panel:
    found = seams.seams(run)
    jumps = [1e3 * each.jump for each in found]
    curve = Curve("jump", "#6a3d7c", clock([each.at_ns for each in found]), jumps, dots=True)
    return Panel("seam: how far a new chunk leads from the one before", "mm", [curve], height=90)


def _joints(run: Run, clock: Clock, description: RobotDescription) -> list[Panel]:
    times, limits = clock(run.joints.stamps_ns), description.limits
    return [
        _shares("joints: share of the way to a limit", times, position_use(run.joints, limits)),
        _shares("joint speeds", times, velocity_use(run.joints, limits)),
    ]


def _shares(title: str, times: Array, values: Array) -> Panel:
    pairs = enumerate(zip(values.T, JOINT_COLOURS, strict=True), start=1) if len(values) else ()
    curves = [Curve(str(number), colour, times, 100.0 * share, width=1.0) for number, (share, colour) in pairs]
    return Panel(title, "% of the limit", curves)


def _gripper(run: Run, clock: Clock) -> Panel:
    asked = Curve(
        "asked",
        "#b58ac2",
        _joined([clock(chunk.due_ns) for chunk in run.chunks]),
        _joined([1e3 * chunk.widths for chunk in run.chunks]),
        width=0.7,
    )
    widths = 1e3 * run.joints.positions[:, -2:].sum(axis=1) if len(run.joints) else ()
    return Panel("gripper", "mm", [asked, Curve("measured", "#6a3d7c", clock(run.joints.stamps_ns), widths)], height=90)
