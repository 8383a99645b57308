"""Calls to a Polymetis server, each with a deadline; every failure names the address and the cure."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc

from diffpol_ros.core.errors import RobotError, RobotLate
from diffpol_ros.robots.base import ControllerStopped, RobotUnreachable
from diffpol_ros.robots.polymetis.connection_watch import ConnectionWatch
from diffpol_ros.robots.polymetis.messages import Method

OPTIONS = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    # Also how long an attempt to connect may take.
    ("grpc.min_reconnect_backoff_ms", 1000),
    ("grpc.max_reconnect_backoff_ms", 1000),
]

CONTROLLER_GONE = (grpc.StatusCode.CANCELLED, grpc.StatusCode.FAILED_PRECONDITION)


@dataclass(frozen=True)
class Deadlines:
    """How long each kind of answer may take [s].

    The loop that moves the arm waits for `state`, `update` and `stop`: together they leave it time to tell of a loss
    within 0.3 s. `hand` is for the gripper's own thread, `tick` for what waits until the robot ticks or loads a file.
    """

    state: float = 0.025
    update: float = 0.1
    stop: float = 0.2
    hand: float = 0.5
    tick: float = 3.0
    connect: float = 1.0


class LateAnswer(RobotUnreachable, RobotLate):
    """No answer within the deadline; the next one may well come in time."""


class PolymetisChannel:
    """A connection to one service of one server."""

    def __init__(self, address: str, methods: Mapping[str, Method], what: str) -> None:
        """Prepare to call `methods` at `address` ("host:port"); `what` names the server in errors."""
        self.address = address
        self._methods, self._what = methods, what
        self._channel: grpc.Channel | None = None
        self._calls: dict[str, Callable[..., Any]] = {}
        self._uploads: dict[str, Callable[..., Any]] = {}
        self._why_closed = "it was not connected yet: connect first"
        self._closed = False
        self._watch, self._hanging_up = ConnectionWatch(), threading.Lock()

    def open(self) -> None:
        """Begin a new connection and end the one before, with whatever was still under way in it."""
        if self._closed:
            raise self._unreachable(self._why_closed)
        self._hang_up()
        channel = self._channel = grpc.insecure_channel(self.address, options=OPTIONS)
        self._calls = {name: _callable(channel, method) for name, method in self._methods.items()}
        self._uploads = {
            name: _upload(channel, method) for name, method in self._methods.items() if method.streams_requests
        }

    def on_disconnect(self, react: Callable[[], None]) -> None:
        """Call `react`, from another thread, whenever the present connection, which is up, no longer is."""
        with self._hanging_up:
            channel = self._channel
            if channel is None:
                return

            def forward(connectivity: grpc.ChannelConnectivity) -> None:
                if connectivity is not grpc.ChannelConnectivity.READY and channel is self._channel:
                    react()

            self._watch.begin(channel, forward)

    def call(self, name: str, request: Any, deadline_s: float) -> Any:
        """Return the answer to one request; where the method streams requests, to a stream of that one.

        On the wire both are the same, but for a stream of its own grpc starts a thread, which costs a
        100 Hz loop 0.6 ms a call and much of its evenness.
        """
        return self._run(name, self._calls.get(name), request, deadline_s)

    def begin(self, name: str, request: Any, deadline_s: float) -> Any:
        """Send one request, whose answer `finish` waits for; what is returned can be cancelled until then."""
        call = self._calls.get(name)
        return self._explained(name, deadline_s, lambda: self._require(call).future(request, timeout=deadline_s))

    def finish(self, name: str, under_way: Any, deadline_s: float) -> Any:
        """Return the answer to what `begin` sent."""
        return self._explained(name, deadline_s, under_way.result)

    def upload(self, name: str, requests: Iterable[Any], deadline_s: float) -> Any:
        """Return the answer to a stream of requests."""
        return self._run(name, self._uploads.get(name), iter(requests), deadline_s)

    def _run(self, name: str, call: Callable[..., Any] | None, request: Any, deadline_s: float) -> Any:
        return self._explained(name, deadline_s, lambda: self._require(call)(request, timeout=deadline_s))

    def _require(self, call: Any) -> Any:
        if call is None:
            raise self._unreachable(self._why_closed)
        return call

    def _explained(self, name: str, deadline_s: float, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except grpc.FutureCancelledError as error:
            raise self._unreachable(f"{name} was cancelled here") from error
        except grpc.RpcError as error:
            raise self._explain(name, error, deadline_s) from error
        except ValueError as error:
            # So grpc tells of a channel that another thread closed in the meantime.
            raise self._unreachable("it was closed while it was asked") from error

    def close(self) -> None:
        """Hang up for good."""
        self._closed, self._why_closed = True, "it was closed: make another"
        self._hang_up()

    def _hang_up(self) -> None:
        with self._hanging_up:
            channel, self._channel = self._channel, None
            self._calls, self._uploads = {}, {}
            if channel is not None:
                self._watch.end()
                channel.close()

    def _unreachable(self, why: str) -> RobotUnreachable:
        return RobotUnreachable(f"{self._what} at {self.address}: no connection: {why}")

    def _explain(self, name: str, error: grpc.RpcError, deadline_s: float) -> RobotError:
        code, details = error.code(), error.details()  # type: ignore[attr-defined]
        who = f"{self._what} at {self.address}"
        if code is grpc.StatusCode.UNAVAILABLE:
            return RobotUnreachable(f"{who} does not answer ({details}): start it, or correct the address")
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            return LateAnswer(
                f"{who} did not answer {name} within {deadline_s} s: see whether it is overloaded, the network is down "
                "or its robot does not tick"
            )
        if name == "GetRobotClientMetadata" and code is grpc.StatusCode.CANCELLED:
            return RobotUnreachable(f"{who} has no ticking robot ({details}): start its robot client, unlock the arm")
        if name in ("UpdateController", "TerminateController") and code in CONTROLLER_GONE:
            return ControllerStopped(f"{who} runs no controller ({details}): enable again to start one")
        if code is grpc.StatusCode.UNIMPLEMENTED:
            return RobotError(f"{who} knows no {name}: it is no Polymetis server; correct the address")
        return RobotError(f"{who} refused {name}: {code.name}: {details}")


def _callable(channel: grpc.Channel, method: Method) -> Callable[..., Any]:
    make = channel.unary_stream if method.streams_responses else channel.unary_unary
    return make(
        method.path,
        request_serializer=method.request.SerializeToString,
        response_deserializer=method.response.FromString,
    )


def _upload(channel: grpc.Channel, method: Method) -> Callable[..., Any]:
    return channel.stream_unary(
        method.path,
        request_serializer=method.request.SerializeToString,
        response_deserializer=method.response.FromString,
    )
