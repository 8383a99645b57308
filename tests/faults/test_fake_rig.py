"""Every fault that a scripted robot or policy can show is answered by the real bridge as the registry says."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.core.clock import SteadyClock
from diffpol_ros.faults.fault import Fault
from diffpol_ros.faults.registry import FAULTS
from diffpol_ros.faults.soak import Soaked, footprint, soak
from diffpol_ros.faults.trial import run_trial
from diffpol_ros.nodes.fault_fake_rig import BridgeRig, fake_rig

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("fake_rig"), pytest.mark.timeout(180)]
FAKE = [fault for fault in FAULTS if fault.fake is not None]
CYCLES, MANY_CYCLES = 30, 1000
SOAK_S = float(os.environ.get("DIFFPOL_SOAK_S", "3600"))
MORE_MEMORY_MB, LATE_SHARE = 10.0, 0.005


class Living:
    """The rig in use; one that a fault was the end of is replaced."""

    def __init__(self, stack: ExitStack, factory: pytest.TempPathFactory) -> None:
        self._stack, self._factory = stack, factory
        self._rig: BridgeRig | None = None

    def rig(self) -> BridgeRig:
        if self._rig is None or self._rig.dead:
            self._stack.close()
            self._rig = self._stack.enter_context(fake_rig(self._factory.mktemp("rig")))
        return self._rig


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    with ExitStack() as stack:
        yield Living(stack, tmp_path_factory)


@pytest.fixture
def rig(living: Living) -> BridgeRig:
    return living.rig()


@pytest.mark.parametrize("fault", FAKE, ids=lambda fault: fault.name)
def test_it_is_answered_as_the_registry_says(rig: BridgeRig, fault: Fault) -> None:
    trial = run_trial(fault, rig)
    # How soon is told by `diffpol faults`: a test that timed a shared machine would fail for its neighbours.
    if trial.starved and not trial.unsafe:
        pytest.skip(f"this machine had no processor for it: {trial}")
    assert not (trial.unsafe or trial.complaint), trial


def starts_and_stops(rig: BridgeRig, count: int) -> None:
    for _ in range(count):
        for service in ("bridge/stop", "bridge/reset", "bridge/enable"):
            answer = rig.call(service)
            # The robot may still be on its last way when it is enabled again.
            if not answer.success:
                assert service == "bridge/enable" and "rad/s" in answer.message, answer.message
                rig.enable(5.0)


def test_starting_and_stopping_again_and_again_is_harmless(rig: BridgeRig) -> None:
    rig.begin()
    starts_and_stops(rig, CYCLES)
    rig.begin()
    assert not rig.findings().unsafe


@pytest.mark.slow
def test_a_thousand_starts_and_stops_leave_nothing_behind(rig: BridgeRig) -> None:
    rig.begin()
    starts_and_stops(rig, CYCLES)
    before = footprint()
    starts_and_stops(rig, MANY_CYCLES)
    rig.begin()
    after = footprint()
    assert not rig.findings().unsafe
    assert after.threads == before.threads and after.files == before.files
    assert after.memory < before.memory + MORE_MEMORY_MB


@pytest.mark.slow
@pytest.mark.timeout(2 * SOAK_S + 300)
def test_a_soak_misses_nothing_and_its_memory_stays_flat(rig: BridgeRig) -> None:
    done: list[Soaked] = list(soak(rig, FAKE, SOAK_S, SteadyClock()))
    # One to a line: pytest shortens what is long.
    failed = [f"{trial}" for trial in (each.trial for each in done) if not replace(trial, late=False).passed]
    assert not failed and not rig.dead, "\n".join(failed)
    # How soon is measured by `diffpol faults`, where nothing else runs for so long.
    late = [f"{each.trial}" for each in done if each.trial.late]
    assert len(late) <= LATE_SHARE * len(done), "\n".join(late)
    # The first round loads what each fault needs.
    before, after = done[min(len(FAKE), len(done) - 1)].footprint, done[-1].footprint
    assert after.threads <= before.threads and after.files <= before.files
    assert after.memory < before.memory + MORE_MEMORY_MB, (before, after, len(done))
