import io
from typing import Any

import numpy as np
import pytest

from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import StoredControllers
from diffpol_ros.twin import torchscript
from diffpol_ros.twin.controller_error import ControllerError
from diffpol_ros.twin.controllers import NativeController, load_controller
from tests.fake_plant import HOME, FakePlant

pytest.importorskip("torch")
import torch

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")

STATE = FakePlant().plant_state()


class Foreign(torch.nn.Module):
    """A controller as another client of Polymetis might send it, with a fault if wished."""

    gain: torch.Tensor

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault = fault
        self.register_buffer("gain", torch.ones(7))

    def forward(self, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        torques = self.gain * state["joint_positions"]
        if self.fault == "shape":
            torques = torques[:3]
        elif self.fault == "nan":
            torques = torques * float("nan")
        elif self.fault == "key":
            torques = state["no such key"]
        elif self.fault == "stamp":
            torques = torques + state["timestamp"].sum()
        return {"joint_torques": torques}

    @torch.jit.export
    def update(self, parameters: dict[str, torch.Tensor]) -> None:
        self.gain.copy_(parameters["gain"])

    @torch.jit.export
    def is_terminated(self) -> bool:
        return bool(self.gain[0] > 5.0)

    @torch.jit.export
    def reset(self) -> None:
        self.gain.zero_()


class ParameterDictionary(torch.nn.Module):
    """The container of Polymetis's own client."""

    def __init__(self, parameters: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.parameters_by_name = parameters

    def forward(self) -> dict[str, torch.Tensor]:
        return self.parameters_by_name


def saved(module: Any) -> bytes:
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module), buffer)
    return buffer.getvalue()


def foreign(fault: str = "") -> bytes:
    return saved(Foreign(fault))


def update_of(**tensors: Any) -> bytes:
    return saved(ParameterDictionary(tensors))


def torques(controller: Any) -> np.ndarray:
    return controller.torques(STATE.stamp_ns, HOME, np.zeros(7), np.zeros((6, 7)))


def test_a_strangers_controller_runs_updates_resets_and_ends():
    controller = load_controller(foreign(), STATE)
    np.testing.assert_allclose(torques(controller), HOME, atol=1e-6)
    controller.update(update_of(gain=torch.full((7,), 2.0)))
    np.testing.assert_allclose(torques(controller), 2.0 * HOME, atol=1e-6)
    assert not controller.is_terminated()
    controller.update(update_of(gain=torch.full((7,), 6.0)))
    assert controller.is_terminated()
    controller.reset()
    assert not torques(controller).any()


def test_the_stamp_arrives_as_seconds_and_nanoseconds():
    seconds, nanoseconds = divmod(STATE.stamp_ns, 10**9)
    offset = torques(load_controller(foreign("stamp"), STATE)) - HOME
    np.testing.assert_allclose(offset, seconds + nanoseconds, rtol=1e-6)


@pytest.mark.parametrize("fault", ["shape", "nan", "key"])
def test_a_controller_that_cannot_run_is_refused_at_once(fault: str):
    with pytest.raises(ControllerError, match="Failed to load new controller"):
        load_controller(foreign(fault), STATE)


def test_a_controller_that_fails_later_ends_without_torque():
    controller = load_controller(foreign(), STATE)
    controller.update(update_of(gain=torch.full((7,), float("inf"))))
    assert not torques(controller).any()
    assert controller.is_terminated()


def test_an_update_that_does_not_fit_is_refused():
    controller = load_controller(foreign(), STATE)
    with pytest.raises(ControllerError, match="gain"):
        controller.update(update_of(other=torch.zeros(7)))


def test_the_native_controller_takes_a_strangers_update():
    panda = load_robot_description("panda")
    polymetis = panda.backend.settings.read(PolymetisSettings)
    controller = load_controller(StoredControllers(polymetis, panda.limits).controller(HOME), STATE)
    assert isinstance(controller, NativeController)
    controller.update(update_of(joint_pos_desired=torch.arange(7.0)))
    np.testing.assert_allclose(controller.law.target, np.arange(7.0))
    with pytest.raises(ControllerError, match="expected joint_pos_desired"):
        controller.update(update_of(ee_pos_desired=torch.zeros(3)))
    for bad in (torch.zeros(6), torch.full((7,), float("nan"))):
        with pytest.raises(ControllerError):
            controller.update(update_of(joint_pos_desired=bad))
    np.testing.assert_allclose(controller.law.target, np.arange(7.0))


def test_without_torch_a_strangers_controller_is_refused_with_the_cure(monkeypatch: pytest.MonkeyPatch):
    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(torchscript.importlib, "import_module", absent)
    with pytest.raises(ControllerError, match="pip install torch"):
        load_controller(foreign(), STATE)
