"""How the servo of Avoid answers, beside a Panda under D3IL's gains, linearised: `python -m benchmarks.avoid_servo`.

The wanted position stands still and then moves steadily, 0.25 m/s along x or y, with the hand pointing down at height
0.12 m. The Panda is the twin's, without the armature that its joints have there; gains and the forwarded share of the
acceleration are those in D3IL's controller configuration for MuJoCo.
"""

import mujoco
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.twin.settings import SimulationSettings
from diffpol_ros.twin.simulation import Simulation
from sim.envs.avoid.model import DAMPING, FORWARDED, STIFFNESS

JOINTS = 7
GAINS = np.diag([120.0, 120.0, 120.0, 120.0, 50.0, 30.0, 10.0])
RATES = np.diag([10.0, 10.0, 10.0, 10.0, 6.0, 5.0, 3.0])
SPEED = 0.25
HEIGHT = 0.12
PLACES = ((0.5, -0.28), (0.5, 0.0), (0.35, 0.3), (0.65, 0.3), (0.5, 0.4))
STEP = 1e-4
DURATION = 1.0

Numbers = NDArray[np.float64]


class Panda:
    """The twin's arm, posed and linearised."""

    def __init__(self) -> None:
        """Build it once."""
        self._simulation = Simulation(SimulationSettings())
        self._model, self._data = self._simulation.model, self._simulation.data
        self._tool = self._model.site("tool").id

    def reach(self, place: tuple[float, float]) -> None:
        """Bring the tool to `place` [m], pointing down."""
        self._simulation.reset(0)
        for _ in range(400):
            mujoco.mj_forward(self._model, self._data)
            error = np.clip([*place, HEIGHT] - self._data.site_xpos[self._tool], -0.02, 0.02)
            forward = self._data.site_xmat[self._tool].reshape(3, 3)[:, 2]
            tilt = 0.5 * np.cross(forward, [0.0, 0.0, -1.0])
            self._data.qpos[:JOINTS] += np.linalg.pinv(self.jacobian()) @ np.concatenate([error, tilt])
        mujoco.mj_forward(self._model, self._data)

    def jacobian(self) -> Numbers:
        """Return the tool's (6, 7)."""
        moving, turning = np.zeros((3, self._model.nv)), np.zeros((3, self._model.nv))
        mujoco.mj_jacSite(self._model, self._data, moving, turning, self._tool)
        return np.concatenate([moving, turning])[:, :JOINTS]

    def inertia(self) -> Numbers:
        """Return the mass matrix (7, 7) without armature."""
        full = np.zeros((self._model.nv, self._model.nv))
        mujoco.mj_fullM(self._model, self._data, full)
        return full[:JOINTS, :JOINTS] - np.diag(self._model.dof_armature[:JOINTS])


def lag(inertia: Numbers, gains: Numbers, rates: Numbers, start: Numbers, seen: Numbers) -> Numbers:
    """Return the lag (T,) [m]: M e'' + D e' + K e = 0 from e = 0, with e' = `start` less the forwarded share."""
    error, speed, lags = np.zeros(len(start)), (1 - FORWARDED) * start, []
    for _ in range(round(DURATION / STEP)):
        speed = speed - STEP * np.linalg.solve(inertia, gains @ error + rates @ speed)
        error = error + STEP * speed
        lags.append(seen @ error)
    return np.array(lags)


def main() -> None:
    """Print the largest lags and when they come."""
    panda = Panda()
    print(f"largest lag behind {SPEED} m/s that begins at once: mm (after ms)")
    for axis, name in enumerate("xy"):
        one = np.ones(1)
        servo = lag(np.eye(1), STIFFNESS[axis] * np.eye(1), DAMPING[axis] * np.eye(1), SPEED * one, one)
        print(f"  {name}  servo            {_peak(servo)}")
        for place in PLACES:
            panda.reach(place)
            jacobian = panda.jacobian()
            start = np.linalg.pinv(jacobian) @ (SPEED * np.eye(6)[axis])
            arm = lag(panda.inertia(), GAINS, RATES, start, jacobian[axis])
            print(f"  {name}  arm at {place[0]:.2f} {place[1]:+.2f}  {_peak(arm)}")


def _peak(lags: Numbers) -> str:
    return f"{1e3 * lags.max():5.1f} ({1e3 * STEP * (lags.argmax() + 1):.0f})"


if __name__ == "__main__":
    main()
