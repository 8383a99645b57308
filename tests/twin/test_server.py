import contextlib
import importlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.robots.polymetis.messages import (
    CONTROLLER_METHODS,
    ControllerChunk,
    Empty,
    LogInterval,
    RobotClientMetadata,
    RobotState,
    chunks_of,
)
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import StoredControllers
from diffpol_ros.twin.server import PolymetisServer
from tests.fake_plant import HOME, FakePlant
from tests.fake_twin import FakeTwin
from tests.waiting import wait_until


class Caller:
    """Calls the server as a stranger's client would: full method names and bytes, statuses as they come."""

    def __init__(self, port: int) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.enable_http_proxy", 0)])

    def one(self, name: str, request: Any = None) -> Any:
        return self._make(name, "unary_unary")(Empty() if request is None else request, timeout=5.0)

    def upload(self, name: str, content: bytes, timeout_s: float = 5.0) -> Any:
        return self._make(name, "stream_unary")(iter(chunks_of(content)), timeout=timeout_s)

    def stream(self, name: str, request: Any = None) -> Any:
        return self._make(name, "unary_stream")(Empty() if request is None else request, timeout=5.0)

    def close(self) -> None:
        self._channel.close()

    def _make(self, name: str, kind: str) -> Any:
        method = CONTROLLER_METHODS[name]
        return getattr(self._channel, kind)(
            f"/PolymetisControllerServer/{name}",
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )


@pytest.fixture(scope="module")
def panda() -> RobotDescription:
    return load_robot_description("panda")


@pytest.fixture(scope="module")
def stored(panda: RobotDescription) -> StoredControllers:
    return StoredControllers(panda.backend.settings.read(PolymetisSettings), panda.limits)


@pytest.fixture
def twin(panda: RobotDescription) -> Iterator[FakeTwin]:
    twin = FakeTwin(panda)
    yield twin
    twin.close()


@pytest.fixture
def caller(twin: FakeTwin) -> Iterator[Caller]:
    caller = Caller(twin.server.port)
    yield caller
    caller.close()


def status_of(call: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code(), caught.value.details()  # type: ignore[attr-defined]


def test_the_metadata_describe_the_robot(caller: Caller):
    metadata = caller.one("GetRobotClientMetadata")
    assert (metadata.dof, metadata.hz, metadata.ee_link_name) == (7, 1000, "panda_link8")
    np.testing.assert_allclose(metadata.rest_pose, HOME, atol=1e-6)
    assert list(metadata.default_Kx) == [750.0] * 3 + [15.0] * 3
    assert "panda_link8" in metadata.urdf_file


def test_an_update_before_any_controller_is_refused_and_harms_nothing(caller: Caller, stored: StoredControllers):
    code, details = status_of(lambda: caller.upload("UpdateController", stored.update(HOME)))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert "crashes" in details
    assert len(caller.one("GetRobotState").joint_positions) == 7


def test_an_episode_is_numbered_and_logged(caller: Caller, stored: StoredControllers):
    assert caller.one("GetEpisodeInterval") == LogInterval(start=-1, end=-1)
    begun = caller.upload("SetController", stored.controller(HOME))
    assert begun.start > 0
    assert begun.end == -1
    updated = caller.upload("UpdateController", stored.update(HOME + 0.01))
    assert updated.start >= begun.start
    assert caller.one("GetEpisodeInterval") == begun
    ended = caller.one("TerminateController")
    assert ended.start == begun.start
    assert ended.end > ended.start
    log = list(caller.stream("GetRobotStateLog", ended))
    assert len(log) == ended.end - ended.start + 1
    stamps = [state.timestamp.seconds * 10**9 + state.timestamp.nanos for state in log]
    assert set(np.diff(stamps)) == {1_000_000}


def test_a_log_to_minus_one_ends_at_the_newest_tick(caller: Caller, twin: FakeTwin):
    twin.plant.freeze()
    wait_until(lambda: len(twin.server.manager.log) == twin.plant.plant_state().tick)
    count = len(twin.server.manager.log)
    assert len(list(caller.stream("GetRobotStateLog", LogInterval(start=0, end=-1)))) == count
    assert len(list(caller.stream("GetRobotStateLog", LogInterval(start=count - 1, end=10**9)))) == 1


def test_the_stream_misses_no_tick(caller: Caller):
    stream = caller.stream("GetRobotStateStream")
    stamps = [state.timestamp.nanos for state, _ in zip(stream, range(50), strict=False)]
    stream.cancel()
    assert set(np.diff(stamps)) == {1_000_000}


def test_terminating_nothing_is_cancelled(caller: Caller):
    code, details = status_of(lambda: caller.one("TerminateController"))
    assert code is grpc.StatusCode.CANCELLED
    assert "no controller running" in details


def test_updates_after_the_end_are_cancelled(caller: Caller, stored: StoredControllers):
    caller.upload("SetController", stored.controller(HOME))
    caller.one("TerminateController")
    code, details = status_of(lambda: caller.upload("UpdateController", stored.update(HOME)))
    assert code is grpc.StatusCode.CANCELLED
    assert "no controller running" in details


def test_a_frozen_robot_shows_only_in_metadata_and_stamps(caller: Caller, twin: FakeTwin, stored: StoredControllers):
    caller.upload("SetController", stored.controller(HOME))
    twin.plant.freeze()
    twin.clock.advance(5.0)
    assert status_of(lambda: caller.one("GetRobotClientMetadata"))[0] is grpc.StatusCode.CANCELLED
    wait_until(lambda: len(twin.server.manager.log) == twin.plant.plant_state().tick)
    assert caller.one("GetRobotState") == caller.one("GetRobotState")
    assert caller.upload("UpdateController", stored.update(HOME)).start > 0
    assert caller.one("GetEpisodeInterval").end == -1


def test_a_model_above_one_mebibyte_is_refused(caller: Caller):
    code, details = status_of(lambda: caller.upload("SetController", bytes(1024 * 1024 + 1)))
    assert code is grpc.StatusCode.CANCELLED
    assert "1048576" in details


@pytest.fixture(scope="module")
def _torch_is_loaded() -> None:
    """Let the first foreign file not wait for torch, whose import stops a busy machine for seconds."""
    with contextlib.suppress(ImportError):
        importlib.import_module("torch")


@pytest.mark.usefixtures("_torch_is_loaded")
@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + bytes(100)])
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_bytes_that_are_no_controller_are_refused(caller: Caller, content: bytes):
    code, details = status_of(lambda: caller.upload("SetController", content))
    assert code is grpc.StatusCode.CANCELLED
    assert "Failed to load new controller" in details
    assert caller.one("GetEpisodeInterval") == LogInterval(start=-1, end=-1)


def test_an_external_robot_client_is_refused_in_words(caller: Caller):
    for name, request in (("InitRobotClient", RobotClientMetadata()), ("ControlUpdate", RobotState())):
        code, details = status_of(lambda name=name, request=request: caller.one(name, request))
        assert code is grpc.StatusCode.UNIMPLEMENTED
        assert "own robot client" in details


def test_no_state_before_the_first_tick(panda: RobotDescription):
    server = PolymetisServer(FakePlant(), panda, 0)
    server.start()
    caller = Caller(server.port)
    code, details = status_of(lambda: caller.one("GetRobotState"))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert "empty buffer" in details
    caller.close()
    server.stop()


def test_a_caller_that_gives_up_on_a_frozen_robot_blocks_nobody(
    caller: Caller, twin: FakeTwin, stored: StoredControllers
):
    twin.plant.freeze()
    code, _ = status_of(lambda: caller.upload("SetController", stored.controller(HOME), timeout_s=0.2))
    assert code is grpc.StatusCode.DEADLINE_EXCEEDED
    twin.plant.run()
    assert caller.upload("SetController", stored.controller(HOME)).start > 0


def test_a_port_in_use_is_named_with_the_cure(panda: RobotDescription, twin: FakeTwin):
    with pytest.raises(ResourceError, match=f"port {twin.server.port} .* choose another"):
        PolymetisServer(FakePlant(), panda, twin.server.port)


def test_starting_twice_is_harmless(twin: FakeTwin, caller: Caller):
    twin.server.start()
    assert caller.one("GetRobotClientMetadata").dof == 7


def test_a_stopped_server_frees_its_port(panda: RobotDescription):
    first = PolymetisServer(FakePlant(), panda, 0)
    first.start()
    first.stop()
    PolymetisServer(FakePlant(), panda, first.port).stop()


def test_the_server_listens_on_loopback_only(twin: FakeTwin):
    rows = [row.split() for name in ("tcp", "tcp6") for row in Path("/proc/net", name).read_text().splitlines()[1:]]
    sockets = [row[1].split(":") for row in rows if row[3] == "0A"]
    hosts = [host for host, port in sockets if int(port, 16) == twin.server.port]
    assert len(hosts) == 1
    assert hosts[0].endswith("0100007F")


def test_chunks_of_any_size_are_taken(caller: Caller, stored: StoredControllers):
    content = io.BytesIO(stored.controller(HOME))
    chunks = [ControllerChunk(torchscript_binary_chunk=piece) for piece in iter(lambda: content.read(77), b"")]
    call = caller._make("SetController", "stream_unary")
    assert call(iter(chunks), timeout=5.0).start > 0
