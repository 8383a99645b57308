"""How an episode ended, in whatever task."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """How an episode ended.

    duration: simulated [s]. inferences: how many chunks were computed, in inference_time [s] altogether.
    reason: why the gate stopped the arm, or empty. total_reward: the sum over its steps, where the task has rewards.
    way: which of the task's several ways it went, or empty.
    """

    seed: int
    success: bool
    duration: float
    inferences: int
    inference_time: float
    reason: str
    total_reward: float | None = None
    way: str = ""
