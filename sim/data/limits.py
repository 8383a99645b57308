"""What becomes -1 and 1: the ranges of a data set."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.policy.manifest.specs import ActionSpec, Limits, ObservationSpec, VectorEntry
from diffpol_ros.policy.normalizer import CONSTANT_RANGE, fit_limits
from sim.data.dataset import Dataset

Vectors = NDArray[np.float32]


class ConstantColumnWarning(UserWarning):
    """Numbers of a data set that never change: a policy learns nothing from them."""


@dataclass(frozen=True)
class FittedLimits:
    """What becomes -1 and 1."""

    observation: Limits
    action: Limits


def fit(dataset: Dataset, observation: ObservationSpec | None = None, action: ActionSpec | None = None) -> FittedLimits:
    """Return the ranges of the data, over all views; what the specs call a rotation gets [-1, 1].

    A column that never changes gets a range of +-1 about its value, with a warning that names it.
    """
    states = dataset.states.reshape(-1, dataset.states.shape[-1])
    about = dataset.about
    return FittedLimits(
        _fit("state", states, about.state_names, observation.entries if observation else ()),
        _fit("action", dataset.actions, about.action_names, action.entries if action else ()),
    )


def constant_columns(values: Vectors) -> list[int]:
    """Return the columns of (n, d) vectors whose range is too small to divide by."""
    return np.flatnonzero(np.ptp(values, axis=0) < CONSTANT_RANGE).tolist()


def column_names(part: str, columns: Iterable[int], names: Sequence[str]) -> list[str]:
    """Return what to call columns of the `part`: by name where names are known, else "state[3]"."""
    return [names[column] if names else f"{part}[{column}]" for column in columns]


def plain_limits(limits: FittedLimits) -> dict[str, list[float]]:
    """Return limits as lists of numbers."""
    parts = {"observation": limits.observation, "action": limits.action}
    return {
        f"{part}_{bound}": list(getattr(values, bound))
        for part, values in parts.items()
        for bound in ("minimum", "maximum")
    }


def limits_from_plain(values: dict[str, list[float]]) -> FittedLimits:
    """Return the limits of a checkpoint."""
    observation, action = (
        Limits(tuple(values[f"{part}_minimum"]), tuple(values[f"{part}_maximum"])) for part in ("observation", "action")
    )
    return FittedLimits(observation, action)


def _fit(part: str, values: Vectors, names: Sequence[str], entries: tuple[VectorEntry, ...]) -> Limits:
    rotations = _rotation_columns(entries)
    columns = [column for column in constant_columns(values) if column not in rotations]
    if columns:
        named = ", ".join(column_names(part, columns, names))
        warnings.warn(
            f"{named} never change in the data: normalised with a range of +-1 about their value",
            ConstantColumnWarning,
            stacklevel=3,
        )
    return fit_limits(values, entries)


def _rotation_columns(entries: tuple[VectorEntry, ...]) -> set[int]:
    columns, start = set(), 0
    for entry in entries:
        if entry.unit == "rot6d":
            columns.update(range(start, start + entry.size))
        start += entry.size
    return columns
