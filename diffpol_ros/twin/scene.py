"""The whole world in one MuJoCo model: arm, hand, table, block, tags and light."""

from dataclasses import dataclass

import mujoco
import numpy as np

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.twin.appearance import draw_robot
from diffpol_ros.twin.arm import BLOCK_CONTACT, COLLISION_GROUP, TABLE_CONTACT, add_arm
from diffpol_ros.twin.hand import FLANGE_SITE, MOTOR, TOOL_SITE, add_hand
from diffpol_ros.twin.meshes import hang_meshes
from diffpol_ros.twin.settings import SimulationSettings
from diffpol_ros.twin.surroundings import add_surroundings
from diffpol_ros.twin.tags import BLOCK_TAGS, add_tagged_box

TICK_NS = 1_000_000
BLOCK = "block"
BLOCK_SIZE = 0.06
ARM_DOFS = 7


@dataclass(frozen=True)
class Scene:
    """A compiled world and where its parts are found in it.

    block: first of the 7 numbers of the block in qpos (position, quaternion wxyz). fingers: first of the two
    finger positions. motor: actuator of the gripper.
    """

    model: mujoco.MjModel
    block: int
    fingers: int
    motor: int
    flange_site: int
    tool_site: int


def build_scene(description: RobotDescription, settings: SimulationSettings) -> Scene:
    """Compose and compile the world around the robot of `description`."""
    model = compose(description, settings).compile()
    return Scene(
        model=model,
        block=int(model.joint(BLOCK).qposadr[0]),
        fingers=int(model.joint(description.finger_joint_names[0]).qposadr[0]),
        motor=int(model.actuator(MOTOR).id),
        flange_site=int(model.site(FLANGE_SITE).id),
        tool_site=int(model.site(TOOL_SITE).id),
    )


def compose(description: RobotDescription, settings: SimulationSettings) -> mujoco.MjSpec:
    """Return the editable description of the world."""
    spec = mujoco.MjSpec()
    spec.modelname = "diffpol_twin"
    _set_options(spec)
    _add_table(spec)
    links = add_arm(spec, description)
    add_hand(spec, links[7], description, settings.finger_friction)
    _add_block(spec, settings)
    (hang_meshes if settings.arm == "fr3-meshes" else draw_robot)(spec)
    add_surroundings(spec)
    return spec


def _set_options(spec: mujoco.MjSpec) -> None:
    """Elliptic friction cones with a high impedance ratio keep what is grasped from creeping out."""
    spec.compiler.degree = False
    spec.compiler.autolimits = False
    spec.option.timestep = TICK_NS * 1e-9
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_EULER
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.impratio = 10.0
    spec.option.iterations = 50
    spec.option.ls_iterations = 50


def _add_table(spec: mujoco.MjSpec) -> None:
    contype, conaffinity = TABLE_CONTACT
    spec.worldbody.add_geom(
        name="table",
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        size=[1.0, 1.0, 0.1],
        contype=contype,
        conaffinity=conaffinity,
        friction=[0.1, 0.005, 0.0001],
        group=COLLISION_GROUP,
    )


def _add_block(spec: mujoco.MjSpec, settings: SimulationSettings) -> None:
    block = spec.worldbody.add_body(name=BLOCK, pos=[0.5, 0.0, 0.5 * BLOCK_SIZE])
    block.add_freejoint(name=BLOCK)
    block.mass = settings.block_mass
    block.ipos = np.zeros(3)
    block.inertia = np.full(3, settings.block_mass * BLOCK_SIZE**2 / 6.0)
    block.explicitinertial = True
    contype, conaffinity = BLOCK_CONTACT
    block.add_geom(
        name=BLOCK,
        type=mujoco.mjtGeom.mjGEOM_BOX,
        size=np.full(3, 0.5 * BLOCK_SIZE),
        contype=contype,
        conaffinity=conaffinity,
        condim=3,
        friction=[settings.block_friction, 0.005, 0.0001],
        solref=[0.01, 1.0],
        group=COLLISION_GROUP,
    )
    add_tagged_box(spec, block, BLOCK, (0.5 * BLOCK_SIZE,) * 3, BLOCK_TAGS)


def qpos_names(model: mujoco.MjModel) -> list[str]:
    """Return a name for each number of qpos: the joint's, with what it is where a joint has several."""
    names: list[str] = []
    for index in range(model.njnt):
        joint = model.joint(index)
        free = model.jnt_type[index] == mujoco.mjtJoint.mjJNT_FREE
        names += [f"{joint.name}/{part}" for part in ("x", "y", "z", "qw", "qx", "qy", "qz")] if free else [joint.name]
    return names
