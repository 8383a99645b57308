"""The physics: a rod on two slides, pulled along by a servo.

D3IL moves a whole Panda: differential inverse kinematics give joint angles q_d, and the joints' torques are
120 (q_d - q) + 10 (q_d' - q') + 0.4 M q_d'' (less for the wrist). Linearised at places on the table, the hand then
answers along x and y each nearly like x'' = k (x_d - x) + c (x_d' - x') + 0.4 x_d'', which is what is simulated here:
no lag behind a steady motion; behind one of 0.25 m/s that begins at once up to 7 mm along x and 14 mm along y, and
swinging along y. Left out: how k and c change over the table, the coupling of x, y and height, friction in the joints.
`python -m benchmarks.avoid_servo` compares the two.
"""

import mujoco
import numpy as np
from numpy.typing import NDArray

from sim.envs.avoid.course import ROD_RADIUS, all_pillars

SUBSTEP = 0.001
SUBSTEPS = 35
STEP = SUBSTEPS * SUBSTEP
"""[s]."""
STIFFNESS = (100.0, 49.0)
"""k along x and y [1/s2]."""
DAMPING = (14.0, 4.9)
"""c along x and y [1/s]."""
FORWARDED = 0.4
"""The share of the wanted acceleration that the servo gives ahead."""
_LEAD = np.array(DAMPING) / np.array(STIFFNESS)

Points = NDArray[np.float64]


def build() -> mujoco.MjModel:
    """Return the table from above; positions of the joints are x and y of the rod's axis [m]."""
    spec = mujoco.MjSpec()
    spec.option.timestep = SUBSTEP
    spec.option.gravity = [0.0, 0.0, 0.0]
    for index, pillar in enumerate(all_pillars()):
        place, size = [pillar.x, pillar.y, 0.0], [pillar.radius, 0.05, 0.0]
        spec.worldbody.add_geom(name=f"pillar{index}", type=mujoco.mjtGeom.mjGEOM_CYLINDER, size=size, pos=place)
    _add_rod(spec)
    return spec.compile()


def _add_rod(spec: mujoco.MjSpec) -> None:
    """A ball at half the pillars' height stands for the rod: MuJoCo knows its contact with a cylinder exactly."""
    rod = spec.worldbody.add_body(name="rod")
    rod.add_geom(name="rod", type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[ROD_RADIUS, 0.0, 0.0], mass=1.0)
    for index, name in enumerate("xy"):
        rod.add_joint(name=name, type=mujoco.mjtJoint.mjJNT_SLIDE, axis=np.eye(3)[index])
        servo = spec.add_actuator(name=name, target=name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
        servo.set_to_position(kp=STIFFNESS[index], kv=DAMPING[index])


def set_points(begin: Points, speeds: Points, end: Points) -> Points:
    """Return what the servos are told (n, SUBSTEPS, 2) to go from `begin` to `end` (n, 2) [m] straight and steadily.

    `speeds`: what was wanted before (n, 2) [m/s]. A servo pulls by k (told - x) - c x'; so what is told is ahead of
    what is wanted by c/k of its speed and 0.4/k of its acceleration, which is over in the first substep.
    """
    wanted = (end - begin) / STEP
    told = begin[:, None] + wanted[:, None] * (SUBSTEP * np.arange(SUBSTEPS)[:, None] + _LEAD)
    told[:, 0] += (wanted - speeds) * (FORWARDED / SUBSTEP / np.array(STIFFNESS))
    return told
