"""Polymetis's PolymetisControllerServer in front of the plant, with the manners of the original."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import grpc

from diffpol_ros.core.clock import Clock, SteadyClock
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.robots.polymetis.messages import CONTROLLER_METHODS, LogInterval
from diffpol_ros.twin import wire
from diffpol_ros.twin.controller_manager import ControllerManager, Interval, Status
from diffpol_ros.twin.controllers import load_controller
from diffpol_ros.twin.plant import Plant, PlantState
from diffpol_ros.twin.rpc import RpcServer, RpcStatus, cancelled, unimplemented

# The original looks for new states this often: a stream arrives in bursts.
STREAM_SECONDS = 0.02
NO_CONTROLLER = "with no controller running."


class PolymetisServer:
    """Answers for the arm, by default on port 50051; the plant's loop calls `on_tick` after each tick."""

    def __init__(
        self, plant: Plant, description: RobotDescription, port: int = 50051, clock: Clock | None = None
    ) -> None:
        """Bind `port` (0: any free one); `clock` is a steady one."""
        self.manager = ControllerManager(plant, clock or SteadyClock())
        self.on_tick: Callable[[PlantState], None] = self.manager.on_tick
        self.on_reset: Callable[[], None] = self.manager.on_reset
        self._plant = plant
        self.metadata = wire.robot_metadata_message(plant, description)
        self._service = threading.Lock()
        self._stopping = threading.Event()
        self._server = RpcServer(CONTROLLER_METHODS, self._handlers(), port)
        self.port = self._server.port

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def stop(self) -> None:
        """Break off every call and free the port."""
        self._stopping.set()
        self._server.stop()

    def _handlers(self) -> dict[str, Callable[..., Any]]:
        return {
            "SetController": self._set_controller,
            "UpdateController": self._update_controller,
            "TerminateController": self._terminate_controller,
            "GetRobotState": self._robot_state,
            "GetRobotStateStream": self._robot_state_stream,
            "GetRobotStateLog": self._robot_state_log,
            "GetEpisodeInterval": self._episode_interval,
            "InitRobotClient": unimplemented,
            "ControlUpdate": unimplemented,
            "GetRobotClientMetadata": self._robot_metadata,
        }

    def _set_controller(self, chunks: Any, context: grpc.ServicerContext) -> Any:
        with self._one_at_a_time(context):
            content = wire.join_chunks(chunks)
            try:
                controller = load_controller(content, self._newest())
            except DiffpolError as error:
                raise cancelled(f"Failed to load new controller: {error}") from error
            self.manager.set_controller(controller)
            self._wait_while(Status.READY, context)
            return wire.interval_message(Interval(start=self.manager.episode.start))

    def _update_controller(self, chunks: Any, context: grpc.ServicerContext) -> Any:
        with self._one_at_a_time(context):
            content = wire.join_chunks(chunks)
            controller = self.manager.controller
            if controller is None:
                raise RpcStatus(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    "UpdateController before any SetController: a real Polymetis server crashes here",
                )
            if self.manager.status is not Status.RUNNING:
                raise cancelled(f"Tried to perform a controller update {NO_CONTROLLER}")
            start = len(self.manager.log)
            try:
                controller.update(content)
            except DiffpolError as error:
                raise cancelled(f"Failed to load new controller params: {error}") from error
            return LogInterval(start=start, end=-1)

    def _terminate_controller(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self._one_at_a_time(context):
            if not self.manager.terminate():
                raise cancelled(f"Tried to terminate controller {NO_CONTROLLER}")
            self._wait_while(Status.TERMINATING, context)
            return wire.interval_message(self.manager.episode)

    def _robot_state(self, request: Any, context: grpc.ServicerContext) -> Any:
        return wire.robot_state_message(self._newest())

    def _robot_state_stream(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        start = len(self.manager.log)
        while context.is_active() and not self._stopping.wait(STREAM_SECONDS):
            end = len(self.manager.log)
            for number in range(start, end):
                yield from self._logged(number)
            start = end

    def _robot_state_log(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        newest = len(self.manager.log) - 1
        end = newest if request.end == -1 else min(request.end, newest)
        for number in range(max(request.start, 0), end + 1):
            if not context.is_active():
                return
            yield from self._logged(number)

    def _logged(self, number: int) -> Iterator[Any]:
        state = self.manager.log.get(number)
        if state is not None:
            yield wire.robot_state_message(state)

    def _episode_interval(self, request: Any, context: grpc.ServicerContext) -> Any:
        return wire.interval_message(self.manager.episode)

    def _robot_metadata(self, request: Any, context: grpc.ServicerContext) -> Any:
        if not self.manager.ticks:
            raise cancelled("Robot context not valid when calling GetRobotClientMetadata!")
        return self.metadata

    def _newest(self) -> PlantState:
        state = self.manager.log.newest()
        if state is None:
            raise RpcStatus(grpc.StatusCode.FAILED_PRECONDITION, "Cannot retrieve robot state from empty buffer!")
        return state

    def _wait_while(self, status: Status, context: grpc.ServicerContext) -> None:
        if not self.manager.wait_while(status, lambda: context.is_active() and not self._stopping.is_set()):
            raise cancelled("the caller went away before the robot ticked")

    @contextlib.contextmanager
    def _one_at_a_time(self, context: grpc.ServicerContext) -> Iterator[None]:
        """Let one call at a time change controllers, as the original does."""
        while not self._service.acquire(timeout=0.1):
            if not context.is_active() or self._stopping.is_set():
                raise cancelled("the caller went away while another call was served")
        try:
            yield
        finally:
            self._service.release()
