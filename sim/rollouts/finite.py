"""Numbers that are no numbers stop training by name, before they reach a weight."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sim.errors import TrainingError


def require_finite_worlds(what: str, values: NDArray[np.floating] | Tensor, iteration: int, chunk: int) -> None:
    """Refuse values (N, ...), one row a world, of which one is NaN or infinite."""
    array = values.detach().cpu().numpy() if isinstance(values, Tensor) else values
    if np.isfinite(array).all():
        return
    bad = ~np.isfinite(array)
    world = int(np.flatnonzero(bad.reshape(len(bad), -1).any(axis=1))[0])
    raise TrainingError(
        f"iteration {iteration}, chunk {chunk}, world {world}: {what} {_told(array[world][bad[world]])}; the "
        "weights are those of the iteration before. Look at the task under these actions, or lower the learning rates"
    )


def require_finite_chunks(what: str, values: Tensor, iteration: int) -> None:
    """Refuse values (T, N) of a roll-out of which one is NaN or infinite."""
    if not bool(torch.isfinite(values).all()):
        chunk = int((~torch.isfinite(values)).any(dim=1).nonzero()[0])
        require_finite_worlds(what, values[chunk], iteration, chunk)


def require_finite(what: str, values: Tensor, iteration: int, step: int) -> None:
    """Refuse values of a gradient step of which one is NaN or infinite."""
    if bool(torch.isfinite(values).all()):
        return
    raise TrainingError(
        f"iteration {iteration}, gradient step {step}: {what} {_told(values[~torch.isfinite(values)].cpu().numpy())}; "
        "this step was not done. Lower the learning rates, or go on from an earlier checkpoint"
    )


def _told(values: NDArray[np.floating]) -> str:
    return f"is not finite ({float(np.ravel(values)[0])})"
