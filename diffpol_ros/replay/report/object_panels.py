"""The rows of one object: how far it was trusted, where it was and how it was turned, and how wrong that was."""

import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.replay import accuracy
from diffpol_ros.replay.plot import COLOURS
from diffpol_ros.replay.report.clock import Clock
from diffpol_ros.replay.report.panel import FAINT, Curve, Panel, Stretch
from diffpol_ros.replay.series import PoseSeries, Run, StatusRecord
from diffpol_ros.replay.turning import turn_deviations, turns

TRACKING_COLOURS = {"tracking": "#8fce9f", "coasting": "#f2c14e", "stale": "#e08e45", "lost": "#d9667b"}
POSITION, ROTATION = "#5c6b7a", "#d08c3f"
JUMP = 0.05
"""[m] An object that moves so far between two samples was set elsewhere: the curve is interrupted."""
SIGMAS = 2.0


def object_panels(run: Run, clock: Clock) -> list[Panel]:
    """Return the rows of all objects, those of a kind below each other."""
    names = sorted({*run.estimates, *run.truths})
    kinds = (_tracking, _places, _turns, _errors)
    return [kind(run, clock, name) for kind in kinds for name in names]


def _tracking(run: Run, clock: Clock, name: str) -> Panel:
    told = [status for status in run.objects if status.name == name]
    found: list[Stretch] = []
    for status, end_ns in zip(told, [*(each.published_ns for each in told[1:]), run.span_ns[1]], strict=True):
        start, end, word = float(clock(status.published_ns)), float(clock(end_ns)), _word(status)
        if found and found[-1].text == word:
            found[-1] = Stretch(found[-1].start, end, found[-1].colour, word)
        else:
            found.append(Stretch(start, end, TRACKING_COLOURS.get(word.split(" ")[0], FAINT), word))
    return Panel(f"{name} seen", stretches=found, height=34)


def _word(status: StatusRecord) -> str:
    tags, word = status.values.get("tags", ""), status.message.lower()
    return f"{word} ({tags} tag{'s' if tags != '1' else ''})" if tags not in ("", "0") else word


def _places(run: Run, clock: Clock, name: str) -> Panel:
    truth, estimate = run.truths.get(name), run.estimates.get(name)
    curves: list[Curve] = []
    if truth is not None:
        curves += _true(truth, clock, truth.positions)
    if estimate is not None:
        curves += _estimated(estimate, clock, estimate.positions, estimate.deviations)
    return Panel(f"{name}, band: {SIGMAS:g} sigma", "m", curves)


def _turns(run: Run, clock: Clock, name: str) -> Panel:
    """Return how far the object was turned since it was first known, about the axes of the base."""
    truth, estimate = run.truths.get(name), run.estimates.get(name)
    known = [each for each in (truth, estimate) if each is not None and len(each)]
    curves: list[Curve] = []
    if known and truth is not None:
        curves += _true(truth, clock, np.degrees(turns(truth.quaternions, known[0].quaternions[0])))
    if known and estimate is not None and len(estimate.rotation_covariances) == len(estimate):
        vectors = turns(estimate.quaternions, known[0].quaternions[0])
        deviations = turn_deviations(vectors, estimate.rotation_covariances)
        curves += _estimated(estimate, clock, np.degrees(vectors), np.degrees(deviations))
    return Panel(f"{name}, turned about the base's axes since the first, band: {SIGMAS:g} sigma", "deg", curves)


def _true(truth: PoseSeries, clock: Clock, values: Array) -> list[Curve]:
    broken = values.copy()
    broken[np.flatnonzero(np.linalg.norm(np.diff(truth.positions, axis=0), axis=1) > JUMP)] = np.nan
    times = clock(truth.stamps_ns)
    return [Curve(f"{letter} true", FAINT, times, column) for letter, column in zip("xyz", broken.T, strict=True)]


def _estimated(estimate: PoseSeries, clock: Clock, values: Array, deviations: Array) -> list[Curve]:
    low, high, times = values - SIGMAS * deviations, values + SIGMAS * deviations, clock(estimate.stamps_ns)
    columns = zip("xyz", COLOURS, values.T, low.T, high.T, strict=True)
    return [
        Curve(letter, colour, times, column, dots=True, low=below, high=above)
        for letter, colour, column, below, above in columns
    ]


def _errors(run: Run, clock: Clock, name: str) -> Panel:
    """Return how far the estimates were from the truth, and how far their covariances say that they may be."""
    estimate = run.estimates.get(name)
    if estimate is None:
        return Panel("")
    curves, title = [], f"error of {name}, as its covariance expects it"
    if name in run.truths:
        title = f"error of {name} against the truth, and as its covariance expects it"
        found = accuracy.errors(estimate, run.truths[name])
        times = clock(found.stamps_ns)
        curves.append(Curve("position [mm]", POSITION, times, 1e3 * found.position, dots=True))
        curves.append(Curve("rotation [deg]", ROTATION, times, np.degrees(found.rotation), dots=True))
    if len(estimate.covariances) == len(estimate):
        times = clock(estimate.stamps_ns)
        position, rotation = map(_expected, (estimate.covariances, estimate.rotation_covariances))
        curves.append(Curve("position expected [mm]", f"{POSITION}88", times, 1e3 * position, width=0.8))
        curves.append(Curve("rotation expected [deg]", f"{ROTATION}88", times, np.degrees(rotation), width=0.8))
    return Panel(title, "", curves, height=110)


def _expected(covariances: Array) -> Array:
    """Return the root mean square length (n,) of errors of `covariances` (n, 3, 3)."""
    return np.sqrt(np.maximum(np.trace(covariances, axis1=1, axis2=2), 0.0))
