"""Polymetis's GripperServer in front of the plant's hand."""

import math
from typing import Any

import grpc

from diffpol_ros.robots.polymetis.messages import GRIPPER_METHODS, Empty
from diffpol_ros.twin import wire
from diffpol_ros.twin.plant import Plant
from diffpol_ros.twin.rpc import RpcServer, RpcStatus, unimplemented


class GripperServer:
    """Answers for the hand, by default on port 50052."""

    def __init__(self, plant: Plant, port: int = 50052) -> None:
        """Bind `port` (0: any free one)."""
        self._plant = plant
        handlers = {
            "InitRobotClient": unimplemented,
            "GetRobotClientMetadata": self._metadata,
            "GetState": self._state,
            "Goto": self._goto,
            "ControlUpdate": unimplemented,
        }
        self._server = RpcServer(GRIPPER_METHODS, handlers, port)
        self.port = self._server.port

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def stop(self) -> None:
        """Free the port."""
        self._server.stop()

    def _metadata(self, request: Any, context: grpc.ServicerContext) -> Any:
        return wire.gripper_metadata_message(self._plant)

    def _state(self, request: Any, context: grpc.ServicerContext) -> Any:
        return wire.gripper_state_message(self._plant.plant_state())

    def _goto(self, request: Any, context: grpc.ServicerContext) -> Any:
        if not all(map(math.isfinite, (request.width, request.speed, request.force))):
            raise RpcStatus(grpc.StatusCode.INVALID_ARGUMENT, "width, speed and force must be finite numbers")
        self._plant.set_gripper_target(request.width, request.speed, request.force)
        return Empty()
