"""The parallel hand: two coupled fingers driven by one force-limited motor, as in the Franka Hand."""

import mujoco

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.twin.arm import COLLISION_GROUP, ROBOT_CONTACT, Capsule, add_collision, set_inertia
from diffpol_ros.twin.inertia import FINGER, HAND
from diffpol_ros.twin.shells import FINGER_OFFSET

# Reflected inertia of the gripper's motor and spindle [kg] and its friction [N s/m]: they keep the fingers calm.
FINGER_ARMATURE = 0.1
FINGER_DAMPING = 20.0
# Motor stiffness [N/m]: 4 mm of squeeze bring 40 N.
FINGER_STIFFNESS = 10_000.0
MOTOR = "gripper"
PALM = Capsule((0.0, -0.06, 0.035), (0.0, 0.06, 0.035), 0.03)
PAD_HALF_SIZE = (0.0105, 0.005, 0.009)
PAD_CENTRE = (0.0, 0.005, 0.045)
FLANGE_SITE = "panda_link8"
TOOL_SITE = "tool"


def add_hand(
    spec: mujoco.MjSpec, link7: mujoco.MjsBody, description: RobotDescription, friction: float
) -> tuple[mujoco.MjsBody, mujoco.MjsBody, mujoco.MjsBody]:
    """Mount the hand on link 7 and return palm, left and right finger; `friction` is that of the pads."""
    flange = description.kinematics.flange
    x, y, z, w = description.tool.quaternion
    palm = link7.add_body(name="panda_hand", pos=[0.0, 0.0, flange], quat=[w, x, y, z])
    set_inertia(palm, HAND)
    add_collision(palm, PALM)
    link7.add_site(name=FLANGE_SITE, pos=[0.0, 0.0, flange], group=COLLISION_GROUP)
    x0, y0, z0 = description.tool.position
    link7.add_site(name=TOOL_SITE, pos=[x0, y0, z0 + flange], quat=[w, x, y, z], group=COLLISION_GROUP)
    left = _add_finger(palm, "panda_leftfinger", description, 0, friction)
    right = _add_finger(palm, "panda_rightfinger", description, 1, friction)
    _add_motor(spec, description)
    return palm, left, right


def _add_finger(
    palm: mujoco.MjsBody, name: str, description: RobotDescription, index: int, friction: float
) -> mujoco.MjsBody:
    half_turn = [1.0, 0.0, 0.0, 0.0] if index == 0 else [0.0, 0.0, 0.0, 1.0]
    finger = palm.add_body(name=name, pos=[0.0, 0.0, FINGER_OFFSET], quat=half_turn)
    finger.add_joint(
        name=description.finger_joint_names[index],
        type=mujoco.mjtJoint.mjJNT_SLIDE,
        axis=[0.0, 1.0, 0.0],
        limited=mujoco.mjtLimited.mjLIMITED_TRUE,
        range=[0.5 * description.gripper.closed_width, 0.5 * description.gripper.maximum_width],
        armature=FINGER_ARMATURE,
        damping=FINGER_DAMPING,
    )
    set_inertia(finger, FINGER)
    contype, conaffinity = ROBOT_CONTACT
    finger.add_geom(
        name=f"{name}_pad",
        type=mujoco.mjtGeom.mjGEOM_BOX,
        pos=PAD_CENTRE,
        size=PAD_HALF_SIZE,
        contype=contype,
        conaffinity=conaffinity,
        group=COLLISION_GROUP,
        condim=4,
        priority=1,
        friction=[friction, 0.02, 0.0001],
        solimp=[0.95, 0.99, 0.001, 0.5, 2.0],
        solref=[0.01, 1.0],
    )
    return finger


def _add_motor(spec: mujoco.MjSpec, description: RobotDescription) -> None:
    """One motor drives both fingers: it acts on the first, and the second follows the first."""
    first, second = description.finger_joint_names
    follow = spec.add_equality(type=mujoco.mjtEq.mjEQ_JOINT, name1=second, name2=first)
    follow.data[:5] = [0.0, 1.0, 0.0, 0.0, 0.0]
    follow.solref = [0.005, 1.0]
    follow.solimp = [0.95, 0.99, 0.001, 0.5, 2.0]
    motor = spec.add_actuator(name=MOTOR, target=first, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    motor.set_to_position(kp=2.0 * FINGER_STIFFNESS)
    motor.forcelimited = mujoco.mjtLimited.mjLIMITED_TRUE
    motor.forcerange = [-2.0 * description.gripper.force, 2.0 * description.gripper.force]
