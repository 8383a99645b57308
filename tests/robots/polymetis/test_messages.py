import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.robots.polymetis import messages


def test_method_names_carry_no_package():
    assert messages.CONTROLLER_METHODS["GetRobotState"].path == "/PolymetisControllerServer/GetRobotState"
    assert messages.GRIPPER_METHODS["Goto"].path == "/GripperServer/Goto"
    assert len(messages.CONTROLLER_METHODS) == 10
    assert len(messages.GRIPPER_METHODS) == 5


def test_controllers_stream_to_the_server_and_logs_stream_from_it():
    methods = messages.CONTROLLER_METHODS
    assert {name for name in methods if methods[name].streams_requests} == {"SetController", "UpdateController"}
    assert {name for name in methods if methods[name].streams_responses} == {"GetRobotStateStream", "GetRobotStateLog"}


# Bytes written by hand from the protocol's field numbers: tag = number << 3 | wire type.
@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (messages.LogInterval(start=-1, end=2), b"\x08" + b"\xff" * 9 + b"\x01\x10\x02"),
        (messages.ControllerChunk(torchscript_binary_chunk=b"ab"), b"\x0a\x02ab"),
        (messages.RobotState(joint_positions=[1.0]), b"\x12\x04\x00\x00\x80\x3f"),
        (messages.RobotState(motor_torques_external=[1.0]), b"\x42\x04\x00\x00\x80\x3f"),
        (messages.RobotState(prev_controller_latency_ms=1.0), b"\x55\x00\x00\x80\x3f"),
        (messages.RobotState(timestamp=messages.timestamp_of(3_000_000_004)), b"\x0a\x04\x08\x03\x10\x04"),
        (messages.RobotClientMetadata(default_Kx=[1.0]), b"\x5a\x04\x00\x00\x80\x3f"),
        (messages.RobotClientMetadata(dof=7, polymetis_version="a"), b"\x30\x07\x52\x01a"),
        (messages.GripperCommand(width=1.0, grasp=True), b"\x15\x00\x00\x80\x3f\x28\x01"),
        (messages.GripperState(error_code=1, prev_command_successful=True), b"\x28\x01\x30\x01"),
        (messages.GripperMetadata(hz=1, max_width=1.0), b"\x10\x01\x1d\x00\x00\x80\x3f"),
    ],
)
def test_fields_have_the_numbers_of_the_protocol(message: object, wire: bytes):
    assert message.SerializeToString() == wire  # type: ignore[attr-defined]


@given(st.integers(min_value=0, max_value=2**62))
def test_stamps_survive_to_the_nanosecond(stamp_ns: int):
    timestamp = messages.timestamp_of(stamp_ns)
    assert messages.stamp_of(messages.Timestamp.FromString(timestamp.SerializeToString())) == stamp_ns


@given(st.binary(max_size=5000))
def test_chunks_are_small_and_join_to_the_file(archive: bytes):
    chunks = [chunk.torchscript_binary_chunk for chunk in messages.chunks_of(archive)]
    assert b"".join(chunks) == archive
    assert all(0 < len(chunk) <= 1024 for chunk in chunks)
