"""Any TorchScript controller made of plain tensor operations, where torch is installed."""

import importlib
import io
import logging
import threading
from typing import Any

import numpy as np

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.types import Array
from diffpol_ros.twin.controller_error import ControllerError
from diffpol_ros.twin.plant import PlantState

WARM_UP_TICKS = 5
RUN_ERRORS = (RuntimeError, ValueError, KeyError, TypeError, AttributeError, IndexError)
_logger = logging.getLogger(__name__)


class TorchScriptController:
    """A controller that another client of the protocol sent; a failure in it ends it with zero torques."""

    def __init__(self, content: bytes, state: PlantState) -> None:
        """Load `content` and run a copy a few times, as Polymetis does, so that the first tick is not the slowest."""
        self._torch = _import_torch()
        self._module = _load(self._torch, content, "controller")
        self._lock = threading.Lock()
        self._failed = False
        self._warm_up(content, state)

    def torques(self, stamp_ns: int, positions: Array, velocities: Array, jacobian: Array) -> Array:
        """Return the torques (7,) [Nm]; see `Law`."""
        if not self._failed:
            try:
                with self._lock:
                    return self._forward(self._module, stamp_ns, positions, velocities)
            except RUN_ERRORS:
                # Whatever a stranger's controller raises, the plant must go on ticking.
                _logger.exception("the controller failed and was ended")
                self._failed = True
        return np.zeros(7)

    def update(self, content: bytes) -> None:
        """Hand the parameters of an update file to the controller."""
        parameters = load_parameters(content)
        try:
            with self._lock:
                self._module.update(parameters)
        except RUN_ERRORS as error:
            raise ControllerError(f"Failed to update controller: {error}") from error

    def is_terminated(self) -> bool:
        """Return whether the controller says so, or has failed."""
        with self._lock:
            return self._failed or bool(self._module.is_terminated())

    def reset(self) -> None:
        """Reset the controller."""
        with self._lock:
            self._module.reset()

    def _warm_up(self, content: bytes, state: PlantState) -> None:
        module = _load(self._torch, content, "controller")
        try:
            for _ in range(WARM_UP_TICKS):
                self._forward(module, state.stamp_ns, state.joint_positions, state.joint_velocities)
        except RUN_ERRORS as error:
            raise ControllerError(f"Failed to load new controller: {error}") from error

    def _forward(self, module: Any, stamp_ns: int, positions: Array, velocities: Array) -> Array:
        torch = self._torch
        zeros = torch.zeros(7)
        state = {
            "timestamp": torch.tensor(divmod(stamp_ns, NANOSECONDS), dtype=torch.int32),
            "joint_positions": torch.tensor(positions, dtype=torch.float32),
            "joint_velocities": torch.tensor(velocities, dtype=torch.float32),
            "motor_torques_measured": zeros,
            "motor_torques_external": zeros,
        }
        with torch.no_grad():
            torques = module(state)["joint_torques"].to(torch.float64).numpy()
        if torques.shape != (7,) or not np.isfinite(torques).all():
            raise ValueError(f"joint_torques is {torques.tolist()}, expected 7 finite numbers")
        return torques


def load_parameters(content: bytes) -> dict[str, Any]:
    """Return the tensors by name that an UpdateController file carries."""
    module = _load(_import_torch(), content, "controller params")
    try:
        return dict(module())
    except RUN_ERRORS as error:
        raise ControllerError(f"Failed to load new controller params: {error}") from error


def _import_torch() -> Any:
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise ControllerError(
            "only diffpol_ros's own controllers run without torch: pip install torch in the twin's environment"
        ) from error


def _load(torch: Any, content: bytes, what: str) -> Any:
    try:
        return torch.jit.load(io.BytesIO(content), map_location="cpu")
    except RUN_ERRORS as error:
        raise ControllerError(f"Failed to load new {what}: {error}") from error
