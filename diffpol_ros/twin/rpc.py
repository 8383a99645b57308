"""gRPC plumbing of the twin: a service from a table of methods, a port of its own, errors as statuses."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from diffpol_ros.core.errors import DiffpolError, ResourceError
from diffpol_ros.robots.polymetis.messages import Method

LOOPBACK = "127.0.0.1"
WORKERS = 16
OPTIONS = [("grpc.so_reuseport", 0)]


class RpcStatus(DiffpolError):
    """Ends a call with a status other than OK."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        """End it with `code`, saying why."""
        super().__init__(details)
        self.code = code
        self.details = details


def cancelled(details: str) -> RpcStatus:
    """Return the status that Polymetis's server answers with whatever went wrong."""
    return RpcStatus(grpc.StatusCode.CANCELLED, details)


def unimplemented(_request: Any, _context: grpc.ServicerContext) -> Any:
    """Refuse the calls by which a robot would report to a server: the twin is both."""
    raise RpcStatus(grpc.StatusCode.UNIMPLEMENTED, "the twin is its own robot client: it takes no other")


class RpcServer:
    """Serves one service on one port of the loopback interface, in threads of its own."""

    def __init__(self, methods: Mapping[str, Method], handlers: Mapping[str, Callable[..., Any]], port: int) -> None:
        """Bind `port` (0: any free one), with a handler for each of `methods`."""
        if set(methods) != set(handlers):
            raise ValueError(f"handlers {sorted(handlers)} do not match methods {sorted(methods)}")
        service = next(iter(methods.values())).service
        self._server = grpc.server(ThreadPoolExecutor(WORKERS, thread_name_prefix=service), options=OPTIONS)
        table = {name: _wire(methods[name], handler) for name, handler in handlers.items()}
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, table),))
        self.port = _bind(self._server, port, service)
        self._started = False

    def start(self) -> None:
        """Begin to answer; once begun, nothing changes."""
        if not self._started:
            self._server.start()
        self._started = True

    def stop(self) -> None:
        """Break off every call and free the port."""
        self._server.stop(grace=None).wait(timeout=5.0)


def _bind(server: grpc.Server, port: int, service: str) -> int:
    try:
        bound = server.add_insecure_port(f"{LOOPBACK}:{port}")
    except RuntimeError:
        bound = 0
    if bound == 0:
        raise ResourceError(
            f"{service}: port {port} on {LOOPBACK} is in use or not allowed: end what uses it "
            f"(`ss -ltnp 'sport = :{port}'` shows it) or choose another port"
        )
    return bound


def _wire(method: Method, handler: Callable[..., Any]) -> grpc.RpcMethodHandler:
    make = grpc.stream_unary_rpc_method_handler if method.streams_requests else grpc.unary_unary_rpc_method_handler
    answer = _answering(handler)
    if method.streams_responses:
        make, answer = grpc.unary_stream_rpc_method_handler, _streaming(handler)
    return make(
        answer,
        request_deserializer=method.request.FromString,
        response_serializer=method.response.SerializeToString,
    )


def _answering(handler: Callable[..., Any]) -> Callable[..., Any]:
    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return handler(request, context)
        except RpcStatus as status:
            context.abort(status.code, status.details)

    return answer


def _streaming(handler: Callable[..., Any]) -> Callable[..., Any]:
    def stream(request: Any, context: grpc.ServicerContext) -> Any:
        try:
            yield from handler(request, context)
        except RpcStatus as status:
            context.abort(status.code, status.details)

    return stream
