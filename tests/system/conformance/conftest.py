"""One suite for every backend: to add one, write its rig and name it in RIGS."""

from collections.abc import Callable, Iterator

import pytest

from tests.simulated_fr3 import needs_simulated_fr3
from tests.system.conformance.in_process_rig import InProcessRig
from tests.system.conformance.libfranka_rig import LibfrankaRig
from tests.system.conformance.polymetis_rig import PolymetisRig
from tests.system.conformance.rehearsal_rig import RehearsalRig
from tests.system.conformance.rig import Rig

RIGS: dict[str, Callable[[], Rig]] = {
    "in_process": InProcessRig,
    "libfranka": LibfrankaRig,
    "polymetis": PolymetisRig,
    "rehearsal": RehearsalRig,
}


MARKS = {"libfranka": needs_simulated_fr3}


@pytest.fixture(params=[pytest.param(name, marks=MARKS.get(name, ())) for name in RIGS])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Return a rig whose robot is not connected yet."""
    rig = RIGS[request.param]()
    yield rig
    rig.robot.close()
    rig.close()


@pytest.fixture
def connected(rig: Rig) -> Rig:
    """Return a rig whose robot is connected."""
    rig.robot.connect()
    return rig


@pytest.fixture
def following(connected: Rig) -> Rig:
    """Return a rig whose robot follows targets."""
    connected.robot.start_controller()
    return connected
