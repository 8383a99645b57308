"""What of the stage's answers is written into its journal: enough to tell where another one differs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.types import ActionChunk, Array
from diffpol_ros.policy.horizon.promise import Promise
from diffpol_ros.policy.stage.jobs import Answer, Failed, Job

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Asked:
    """An inference that was asked for: its seed, the stamps of its frames and of the newest one's objects."""

    seed: int
    frame_stamps_ns: tuple[int, ...]
    object_stamps_ns: tuple[int, ...]
    promise: Promise | None


@dataclass(frozen=True, eq=False)
class Sent:
    """The chunk that was sent: when each action is due, position 3 [m], quaternion xyzw and gripper width [m]."""

    observation_stamp_ns: int
    stamps_ns: tuple[int, ...]
    actions: Array


@dataclass(frozen=True, eq=False)
class Said:
    """What was inferred and what was sent of it; refused: why nothing was, or an empty text."""

    seed: int
    observation: Vectors
    actions: Vectors
    sent: Sent | None
    trimmed: int
    refused: str
    disagreement_m: float | None
    started_ns: int
    holds: int


@dataclass(frozen=True, eq=False)
class Refused:
    """An inference that gave no chunk."""

    seed: int
    reason: str
    observation: Vectors


KINDS = (Asked, Sent, Said, Refused, Promise)


def told_of(work: Job | Answer | Failed | None) -> Asked | Said | Refused | None:
    """Return what of an answer of the stage is written down."""
    if isinstance(work, Job):
        return _asked(work)
    if isinstance(work, Failed):
        return Refused(work.job.seed, work.reason, work.observation)
    return None if work is None else _said(work)


def sent_of(chunk: ActionChunk) -> Sent:
    """Return a chunk as it is written down."""
    actions = np.column_stack([chunk.positions, chunk.quaternions, chunk.gripper_widths])
    return Sent(chunk.observation_stamp_ns, chunk.stamps_ns, actions)


def _asked(job: Job) -> Asked:
    history = job.infer.history
    objects = tuple(estimate.stamp_ns for estimate in history[-1].objects.values()) if history else ()
    return Asked(job.seed, tuple(frame.stamp_ns for frame in history), objects, job.ask.promise)


def _said(answer: Answer) -> Said:
    inference, published = answer.inference, answer.published
    return Said(
        inference.seed,
        inference.observation,
        inference.actions,
        None if published.chunk is None else sent_of(published.chunk),
        published.trimmed,
        published.reason,
        published.disagreement_m,
        answer.started_ns,
        answer.holds,
    )
