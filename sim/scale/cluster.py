"""Ray where there is one: begun for one block of code, ended with it, and nothing left behind."""

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sim.bounds import require_at_least
from sim.errors import ScaleError

REPOSITORY = Path(__file__).parents[2]
NOT_SENT = [".git", ".venv", "results", "docs", "bags", "build", "**/*.mp4", "**/*.gif"]
OBJECT_STORE_BYTES = 200_000_000
CURE = "pip install 'diffpol_ros[scale]', or do without it"


@dataclass(frozen=True)
class ScaleSettings:
    """Who steps the worlds."""

    workers: int = 1
    """Threads or processes of this machine that step worlds, in each Ray worker where there are any."""
    ray_workers: int = 0
    """Ray workers among which the worlds are divided; 0: no Ray."""
    ray_address: str = ""
    """Of a running Ray cluster, such as "auto" or "ray://host:10001"; empty: one is begun on this machine."""

    def __post_init__(self) -> None:
        """Refuse what nobody could step worlds with."""
        require_at_least(1, workers=self.workers)
        require_at_least(0, ray_workers=self.ray_workers)


def ray_module() -> ModuleType:
    """Return the package, or say how to get it."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise ScaleError(f"Ray is not installed ({error}): {CURE}") from error


@contextmanager
def cluster(address: str, cpus: int) -> Iterator[ModuleType]:
    """Begin Ray with `cpus` processors on this machine, or join the cluster at `address`; end it afterwards.

    The machines of a cluster get this checkout's code. Each worker computes in one thread.
    """
    ray = ray_module()
    if ray.is_initialized():
        yield ray
        return
    scratch = tempfile.mkdtemp(prefix="ray_", dir="/tmp")
    try:
        _begin(ray, address, cpus, scratch)
        yield ray
    finally:
        ray.shutdown()
        shutil.rmtree(scratch, ignore_errors=True)


def _begin(ray: ModuleType, address: str, cpus: int, scratch: str) -> None:
    environment = {"env_vars": {"OMP_NUM_THREADS": "1"}}
    try:
        if address:
            sent = {"working_dir": str(REPOSITORY), "excludes": NOT_SENT}
            ray.init(address=address, log_to_driver=False, runtime_env={**environment, **sent})
        else:
            ray.init(
                num_cpus=cpus,
                include_dashboard=False,
                log_to_driver=False,
                object_store_memory=OBJECT_STORE_BYTES,
                _temp_dir=scratch,
                runtime_env=environment,
            )
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        where = f"the cluster at {address}" if address else "this machine"
        raise ScaleError(f"Ray does not begin on {where} ({error}): is it running there, and reachable?") from error
