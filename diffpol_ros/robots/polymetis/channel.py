"""Calls to a Polymetis server, each with a deadline; every failure names the address and the cure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc

from diffpol_ros.core.errors import RobotError
from diffpol_ros.robots.base import ControllerStopped, RobotUnreachable
from diffpol_ros.robots.polymetis.messages import Method

OPTIONS = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
]

CONTROLLER_GONE = (grpc.StatusCode.CANCELLED, grpc.StatusCode.FAILED_PRECONDITION)


@dataclass(frozen=True)
class Deadlines:
    """How long an answer may take [s]: an ordinary one, one that waits for the robot to tick, and the first."""

    call: float = 0.5
    tick: float = 3.0
    connect: float = 5.0


class PolymetisChannel:
    """A connection to one service of one server."""

    def __init__(self, address: str, methods: Mapping[str, Method], what: str) -> None:
        """Prepare to call `methods` at `address` ("host:port"); `what` names the server in errors."""
        self.address = address
        self._what = what
        self._channel = grpc.insecure_channel(address, options=OPTIONS)
        self._calls = {name: _callable(self._channel, method) for name, method in methods.items()}
        self._uploads = {
            name: _upload(self._channel, method) for name, method in methods.items() if method.streams_requests
        }

    def on_disconnect(self, react: Callable[[], None]) -> None:
        """Call `react`, from another thread, whenever the connection is not up."""

        def forward(connectivity: grpc.ChannelConnectivity) -> None:
            if connectivity is not grpc.ChannelConnectivity.READY:
                react()

        self._channel.subscribe(forward)

    def call(self, name: str, request: Any, deadline_s: float) -> Any:
        """Return the answer to one request; where the method streams requests, to a stream of that one.

        On the wire both are the same, but for a stream of its own grpc starts a thread, which costs a
        100 Hz loop 0.6 ms a call and much of its evenness.
        """
        return self._run(name, self._calls[name], request, deadline_s)

    def upload(self, name: str, requests: Iterable[Any], deadline_s: float) -> Any:
        """Return the answer to a stream of requests."""
        return self._run(name, self._uploads[name], iter(requests), deadline_s)

    def _run(self, name: str, call: Callable[..., Any], request: Any, deadline_s: float) -> Any:
        try:
            return call(request, timeout=deadline_s)
        except grpc.RpcError as error:
            raise self._explain(name, error, deadline_s) from error
        except ValueError as error:
            raise RobotUnreachable(
                f"{self._what} at {self.address}: the connection was closed: connect again"
            ) from error

    def close(self) -> None:
        """Hang up."""
        self._channel.close()

    def _explain(self, name: str, error: grpc.RpcError, deadline_s: float) -> RobotError:
        code, details = error.code(), error.details()  # type: ignore[attr-defined]
        who = f"{self._what} at {self.address}"
        if code is grpc.StatusCode.UNAVAILABLE:
            return RobotUnreachable(f"{who} does not answer ({details}): start it, or correct the address")
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            return RobotUnreachable(
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
