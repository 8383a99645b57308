"""The plant's data as Polymetis messages, and back."""

from collections.abc import Iterable
from typing import Any

from diffpol_ros.core.robot_description import JOINTS, RobotDescription
from diffpol_ros.robots.polymetis.messages import (
    MODEL_BYTES,
    GripperMetadata,
    GripperState,
    LogInterval,
    RobotClientMetadata,
    RobotState,
    timestamp_of,
)
from diffpol_ros.twin.controller_manager import Interval
from diffpol_ros.twin.impedance import FRANKA_GAINS
from diffpol_ros.twin.plant import Plant, PlantState
from diffpol_ros.twin.rpc import cancelled
from diffpol_ros.twin.urdf import urdf_of

VERSION = "diffpol_ros"
END_EFFECTOR = "panda_link8"
END_EFFECTOR_INDEX = 7


def robot_state_message(state: PlantState) -> Any:
    """Return a tick as Polymetis's RobotState."""
    computed = state.computed_torques.tolist()
    return RobotState(
        timestamp=timestamp_of(state.stamp_ns),
        joint_positions=state.joint_positions.tolist(),
        joint_velocities=state.joint_velocities.tolist(),
        joint_torques_computed=computed,
        prev_joint_torques_computed=computed,
        prev_joint_torques_computed_safened=state.applied_torques.tolist(),
        motor_torques_measured=state.measured_torques.tolist(),
        motor_torques_external=state.external_torques.tolist(),
        motor_torques_desired=state.applied_torques.tolist(),
        prev_command_successful=True,
    )


def robot_metadata_message(plant: Plant, description: RobotDescription) -> Any:
    """Return what Polymetis tells of the robot."""
    return RobotClientMetadata(
        urdf_file=urdf_of(description),
        hz=plant.rate_hz,
        default_Kq=FRANKA_GAINS.joint_stiffness.tolist(),
        default_Kqd=FRANKA_GAINS.joint_damping.tolist(),
        default_Kx=FRANKA_GAINS.cartesian_stiffness.tolist(),
        default_Kxd=FRANKA_GAINS.cartesian_damping.tolist(),
        dof=JOINTS,
        ee_link_name=END_EFFECTOR,
        ee_link_idx=END_EFFECTOR_INDEX,
        rest_pose=plant.rest_positions.tolist(),
        polymetis_version=VERSION,
    )


def gripper_state_message(state: PlantState) -> Any:
    """Return a tick as Polymetis's GripperState."""
    return GripperState(
        timestamp=timestamp_of(state.stamp_ns),
        width=state.gripper_width,
        is_grasped=state.gripper_grasped,
        is_moving=state.gripper_moving,
        prev_command_successful=True,
    )


def gripper_metadata_message(plant: Plant) -> Any:
    """Return what Polymetis tells of the gripper."""
    return GripperMetadata(polymetis_version=VERSION, hz=plant.rate_hz, max_width=plant.gripper_max_width)


def interval_message(interval: Interval) -> Any:
    """Return an interval of the log as Polymetis's LogInterval."""
    return LogInterval(start=interval.start, end=interval.end)


def join_chunks(chunks: Iterable[Any]) -> bytes:
    """Return the file that travelled in chunks; one above 1 MiB is refused."""
    content = bytearray()
    for chunk in chunks:
        content += chunk.torchscript_binary_chunk
        if len(content) > MODEL_BYTES:
            raise cancelled(f"Failed to load new controller: it has more than {MODEL_BYTES} bytes")
    return bytes(content)
