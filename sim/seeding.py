"""Random numbers of their own for each step of a run, so that a run that is resumed draws what it would have drawn."""

STRIDE = 1_000_003


def step_seed(seed: int, step: int) -> int:
    """Return the seed of step `step` of the run with `seed`; runs of other seeds are more than a million steps off."""
    return seed * STRIDE + step
