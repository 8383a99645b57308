"""The surroundings of every test: a ROS domain for each worker, one thread a library, logs out of the way."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from diffpol_ros.graph.ports import free_domain
from tests.waiting import wait_until

# Groups whose tests hold processes to real time: beside anything else on two cores they would measure the machine.
IN_REAL_TIME = {"system", "fake_rig", "simulated_fr3"}

FIRST_DOMAIN = 10
"""Those below are what people use."""

# Everything here must be in place before the first import of rclpy, numpy or onnxruntime.
_claims = ExitStack()
atexit.register(_claims.close)
os.environ["ROS_DOMAIN_ID"] = str(_claims.enter_context(free_domain(FIRST_DOMAIN)))
os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
os.environ["ROS_LOG_DIR"] = tempfile.mkdtemp(prefix="diffpol-test-log-")
os.environ.setdefault("AMENT_PREFIX_PATH", sys.prefix)
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"


LAST_BREATH_S = 5.0
"""A thread that was joined may still be listed for a moment."""

# A busy machine is no failure, and a check of a change must not depend on luck.
settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what must run alone, before marks are selected."""
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group is not None and group.args[0] in IN_REAL_TIME:
            item.add_marker(pytest.mark.alone)


@pytest.fixture(scope="session", autouse=True)
def _remove_logs() -> Iterator[None]:
    yield
    shutil.rmtree(os.environ["ROS_LOG_DIR"], ignore_errors=True)


def participants() -> int:
    """Return how many DDS participants this process has: each has one thread for its events."""
    return sum(_thread_name(thread).startswith("dds.ev") for thread in Path("/proc/self/task").iterdir())


def _thread_name(thread: Path) -> str:
    try:
        return (thread / "comm").read_text(encoding="utf-8")
    except OSError:
        # It has ended meanwhile.
        return ""


@pytest.fixture(scope="module", autouse=True)
def _no_participant_is_left() -> Iterator[None]:
    """Hold the tests of a file to the nodes they made: one left to the collector can hang a later test in FastDDS."""
    before = participants()
    yield
    wait_until(lambda: participants() <= before, LAST_BREATH_S, "the end of all nodes (destroy them)")


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the checkout."""
    return Path(__file__).resolve().parent.parent
