"""Arms whose latency is known, as recordings."""

import numpy as np

from diffpol_ros.calibrate.following import Wiggle
from diffpol_ros.calibrate.response import Mode, step_response
from diffpol_ros.calibrate.wiggling import WiggleShape
from diffpol_ros.core.types import Array

ENCODER = 2e-5


def recorded(
    transport: float, mode: Mode, random: np.random.Generator, axis: str = "x", noise: float = ENCODER
) -> Wiggle:
    """Return a wiggle at 100 Hz with uneven steps, answered exactly as `mode` says, `transport` [s] late."""
    sent_times = np.arange(0.0, 5.0, 0.01) + random.uniform(0.0, 0.002, 500)
    sent = 0.45 + WiggleShape().displacements(sent_times)
    times = np.arange(0.003, 4.95, 0.01) + random.uniform(0.0, 0.001, 495)
    since: Array = times[:, None] - sent_times[None, 1:] - transport
    answered = sent[0] + step_response(mode, since) @ np.diff(sent)
    return Wiggle(axis, sent_times, sent, times, answered + random.normal(0.0, noise, len(times)))
