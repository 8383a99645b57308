"""A data set as a table to read."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.data.dataset import Dataset
from sim.data.limits import column_names, constant_columns


def summary(dataset: Dataset) -> str:
    """Return lines: what it is of, episodes, frames, cameras, and the range of every number."""
    about, lengths = dataset.about, np.diff(dataset.ends, prepend=0)
    frames = len(dataset.actions)
    returns = np.add.reduceat(dataset.rewards, dataset.starts)
    lines = [
        f"task      {about.task}",
        f"made by   {about.made_by}",
        f"episodes  {len(lengths)}, {int(dataset.terminals.sum())} of them ended by the task itself, "
        f"seeds {dataset.seeds.min()} to {dataset.seeds.max()}",
        f"frames    {frames} at {about.rate_hz:g} Hz ({frames / about.rate_hz:.0f} s), "
        f"{lengths.min()} to {lengths.max()} an episode, median {np.median(lengths):g}",
        f"returns   {returns.min():g} to {returns.max():g}, mean {returns.mean():g}",
        f"views     {len(dataset.states)}",
        *(f"camera    {camera} {images.shape[1]} x {images.shape[2]}" for camera, images in dataset.images.items()),
        "",
        *_ranges("state", dataset.states.reshape(-1, dataset.states.shape[2]), about.state_names),
        "",
        *_ranges("action", dataset.actions, about.action_names),
    ]
    return "\n".join(lines)


def _ranges(part: str, values: NDArray[np.float32], names: Sequence[str]) -> list[str]:
    """Return a line for each number."""
    known = column_names(part, range(values.shape[1]), names)
    width = max(map(len, [part, *known]))
    constant = constant_columns(values)
    header = f"{part:<{width}} {'least':>12} {'mean':>12} {'greatest':>12} {'deviation':>12}"
    return [
        header,
        *(
            f"{name:<{width}} {column.min():12.5g} {column.mean():12.5g} {column.max():12.5g} {column.std():12.5g}"
            f"{'  constant' if index in constant else ''}"
            for index, (name, column) in enumerate(zip(known, values.astype(np.float64).T, strict=True))
        ),
    ]
