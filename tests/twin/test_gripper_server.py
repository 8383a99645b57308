from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from diffpol_ros.robots.polymetis.messages import (
    GRIPPER_METHODS,
    Empty,
    GripperCommand,
    GripperMetadata,
    GripperState,
)
from diffpol_ros.twin.gripper_server import GripperServer
from tests.fake_plant import FakePlant

PLANT = FakePlant()


@pytest.fixture(scope="module")
def channel() -> Iterator[grpc.Channel]:
    server = GripperServer(PLANT, 0)
    server.start()
    channel = grpc.insecure_channel(f"127.0.0.1:{server.port}", options=[("grpc.enable_http_proxy", 0)])
    yield channel
    channel.close()
    server.stop()


def call(channel: grpc.Channel, name: str, request: Any) -> Any:
    method = GRIPPER_METHODS[name]
    caller = channel.unary_unary(
        f"/GripperServer/{name}",
        request_serializer=method.request.SerializeToString,
        response_deserializer=method.response.FromString,
    )
    return caller(request, timeout=5.0)


def test_the_hand_tells_its_width_and_goes_where_it_is_sent(channel: grpc.Channel):
    assert call(channel, "GetRobotClientMetadata", Empty()).max_width == pytest.approx(0.08)
    call(channel, "Goto", GripperCommand(width=0.03, speed=0.1, force=20.0, grasp=True))
    assert PLANT.gripper_commands[-1] == pytest.approx((0.03, 0.1, 20.0))
    state = call(channel, "GetState", Empty())
    assert state.width == pytest.approx(0.03)
    assert state.timestamp.nanos == PLANT.plant_state().stamp_ns % 10**9


def test_a_command_that_is_not_finite_moves_nothing(channel: grpc.Channel):
    before = len(PLANT.gripper_commands)
    with pytest.raises(grpc.RpcError, match="finite"):
        call(channel, "Goto", GripperCommand(width=float("nan")))
    assert len(PLANT.gripper_commands) == before


@pytest.mark.parametrize(
    ("name", "request_"), [("InitRobotClient", GripperMetadata()), ("ControlUpdate", GripperState())]
)
def test_an_external_gripper_client_is_refused_in_words(channel: grpc.Channel, name: str, request_: Any):
    with pytest.raises(grpc.RpcError, match="own robot client"):
        call(channel, name, request_)
