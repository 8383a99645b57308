"""Bodies, surfaces, joints and motors that are not quite as modelled, anew in each episode."""

from collections.abc import Mapping
from dataclasses import dataclass

import mujoco
import numpy as np
from mujoco.batch import Batch
from numpy.typing import NDArray

from sim.envs.worlds import Flags, Seeds
from sim.errors import SimulationError

DYNAMICS_STREAM = 3
"""Sets these draws apart from the others of an episode."""


@dataclass(frozen=True)
class DynamicsRanges:
    """Each number is multiplied by 1 plus or minus up to its range, drawn once an episode; 0 changes nothing."""

    mass: float = 0.0
    """Of each body, its inertia with it."""
    friction: float = 0.0
    """Of each surface, the sliding one."""
    damping: float = 0.0
    """Of each joint."""
    gain: float = 0.0
    """Of each motor: its force for a command."""

    def __post_init__(self) -> None:
        """Refuse ranges that would turn a number round."""
        for name, value in vars(self).items():
            if not 0.0 <= value < 1.0:
                raise SimulationError(f"dynamics: {name} is {value}, expected 0 or more and less than 1")

    @property
    def any(self) -> bool:
        """Return whether anything changes."""
        return any((self.mass, self.friction, self.damping, self.gain))


AS_MODELLED = DynamicsRanges()
Fields = Mapping[str, NDArray[np.float64]]


def varied(model: mujoco.MjModel, ranges: DynamicsRanges, seed: int) -> Fields:
    """Return the fields of `model` as they are in the episode of `seed`; all are drawn, whatever the ranges."""
    random = np.random.default_rng([seed, DYNAMICS_STREAM])
    mass = 1.0 + ranges.mass * random.uniform(-1.0, 1.0, model.nbody)
    friction = 1.0 + ranges.friction * random.uniform(-1.0, 1.0, model.ngeom)
    damping = 1.0 + ranges.damping * random.uniform(-1.0, 1.0, model.nv)
    gain = 1.0 + ranges.gain * random.uniform(-1.0, 1.0, model.nu)
    frictions = model.geom_friction.copy()
    frictions[:, 0] *= friction
    return {
        "body_mass": model.body_mass * mass,
        "body_inertia": model.body_inertia * mass[:, None],
        "geom_friction": frictions,
        "dof_damping": model.dof_damping * damping,
        "actuator_gainprm": model.actuator_gainprm * gain[:, None],
        "actuator_biasprm": model.actuator_biasprm * gain[:, None],
    }


def vary(model: mujoco.MjModel, nominal: mujoco.MjModel, ranges: DynamicsRanges, seed: int) -> None:
    """Give `model` the dynamics of the episode of `seed`, whatever it had before."""
    for name, values in varied(nominal, ranges, seed).items():
        getattr(model, name)[:] = values
    mujoco.mj_setConst(model, mujoco.MjData(model))


def vary_batch(batch: Batch, model: mujoco.MjModel, ranges: DynamicsRanges, which: Flags, seeds: Seeds) -> None:
    """Give the worlds of `which` (N,) the dynamics of their episodes' `seeds` (N,); `model` is the nominal one."""
    for world in np.flatnonzero(which):
        for name, values in varied(model, ranges, int(seeds[world])).items():
            batch.expand(name)[world] = values
    batch.set_const(which)
