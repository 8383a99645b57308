"""Ways along the routes of Avoid, each a little different, as a person's would be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from sim.envs.avoid.course import LEVELS, PILLARS, RADII, REWARDED_FINISH, ROD_RADIUS, START
from sim.envs.avoid.routes import Route

Points = NDArray[np.float64]


@dataclass(frozen=True)
class PathSettings:
    """How ways differ; lengths in metres, times in steps of 35 ms."""

    outer_gap: tuple[float, float] = (0.015, 0.04)
    """Between rod and pillar where there is a pillar on one side only, from the least to the most."""
    inner_spread: float = 0.012
    """Standard deviation about the middle between two pillars."""
    beyond: tuple[float, float] = (0.02, 0.05)
    """How far past the finish a way ends, from the least to the most."""
    waviness: float = 0.004
    """Standard deviation of slow waves to the sides."""
    tremor: float = 0.0004
    """Standard deviation of what trembles from step to step."""
    steps: tuple[int, int] = (66, 84)
    """Duration; longer where the longest move would not do."""
    longest_move: float = 0.0125
    """Along an axis in a step, before trembling."""
    ramp: int = 5
    """Steps to get up to speed, and to come to rest."""
    unsteadiness: float = 0.08
    """Amplitude of slow changes of speed, as a share of it."""
    rest: int = 4
    """Steps at rest in the end."""


def path(route: Route, settings: PathSettings, random: np.random.Generator) -> Points:
    """Return where the rod is wanted (T + 1, 2) [m] at each step along `route`, the start first."""
    line = _line(route, settings, random)
    lengths = np.concatenate([[0.0], np.abs(np.diff(line, axis=0)).max(axis=1).cumsum()])
    progress = np.concatenate([[0.0], _moves(lengths[-1], settings, random).cumsum()])
    places = np.stack([np.interp(progress, lengths, line[:, axis]) for axis in range(2)], axis=1)
    places[1:] += random.normal(0.0, settings.tremor, (len(places) - 1, 2))
    return np.concatenate([places, np.repeat(places[-1:], settings.rest, axis=0)])


def _line(route: Route, settings: PathSettings, random: np.random.Generator) -> Points:
    """Return the way's shape, closely spaced (n, 2)."""
    finish = REWARDED_FINISH + random.uniform(*settings.beyond)
    crossings = [_crossing(level, passage, settings, random) for level, passage in enumerate(route.passages)]
    corners = [START[0], *crossings, crossings[-1] + random.normal(0.0, settings.inner_spread)]
    y = np.linspace(START[1], finish, 1000)
    x = PchipInterpolator([START[1], *LEVELS, finish], corners)(y)
    return np.stack([x + _waves(y - y[0], settings, random), y], axis=1)


def _crossing(level: int, passage: int, settings: PathSettings, random: np.random.Generator) -> float:
    """Return where along x to cross a level [m]."""
    row = PILLARS[level]
    away = RADII[level] + ROD_RADIUS + random.uniform(*settings.outer_gap)
    if passage == 0:
        return row[0] - away
    if passage == len(row):
        return row[-1] + away
    spread = settings.inner_spread
    return 0.5 * (row[passage - 1] + row[passage]) + float(np.clip(random.normal(0.0, spread), -2 * spread, 2 * spread))


def _waves(way: Points, settings: PathSettings, random: np.random.Generator) -> Points:
    """Return slow waves (n,) [m] over distances `way` (n,) [m], nought at the start."""
    waves = np.zeros_like(way)
    for length in (0.35, 0.2):
        sine, cosine = random.normal(0.0, settings.waviness / 2, 2)
        phase = 2 * np.pi * way / length
        waves += sine * np.sin(phase) + cosine * (np.cos(phase) - 1.0)
    return waves


def _moves(length: float, settings: PathSettings, random: np.random.Generator) -> Points:
    """Return the lengths of the steps (T,) [m], `length` together."""
    pace = random.uniform(*settings.steps)
    steps = int(max(pace, length / settings.longest_move * (1 + settings.unsteadiness) + settings.ramp))
    time = np.arange(steps) + 0.5
    ramp = np.clip(np.minimum(time, steps - time) / settings.ramp, 0.0, 1.0)
    change = settings.unsteadiness * np.sin(2 * np.pi * time / random.uniform(25, 50) + random.uniform(0, 2 * np.pi))
    speeds = ramp * (1 + change)
    return speeds * (length / speeds.sum())
