"""The physics: a rod on two slides, pulled along by a servo.

D3IL moves a whole Panda by differential inverse kinematics and joint torques 120 (q_d - q) + 10 (q_d' - q'). Seen at the
hand that is a mass on a spring with feed-forward of velocity: over the arm's moment of inertia of about 0.8 kg m2 about
its first joint, x'' = 150 (x_d - x) + 12.5 (x_d' - x'). That is what is simulated here, along x and y alike: natural
frequency 12 rad/s, damping 0.51, no lag behind a steady motion, and up to about a centimetre of overshoot where the
direction changes. What is left out: the arm's changing inertia, its coupling of x, y and height, friction.
"""

import mujoco

from sim.envs.avoid.course import ROD_RADIUS, all_pillars

SUBSTEP = 0.001
SUBSTEPS = 35
STIFFNESS = 150.0
"""[1/s2], for a rod of 1 kg [N/m]."""
DAMPING = 12.5
"""[1/s], for a rod of 1 kg [N s/m]."""


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
    for name, axis in (("x", [1.0, 0.0, 0.0]), ("y", [0.0, 1.0, 0.0])):
        rod.add_joint(name=name, type=mujoco.mjtJoint.mjJNT_SLIDE, axis=axis)
        servo = spec.add_actuator(name=name, target=name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
        servo.set_to_position(kp=STIFFNESS, kv=DAMPING)
