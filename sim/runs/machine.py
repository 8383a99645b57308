"""Where a run took place, and with what."""

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import torch

PACKAGES = ("torch", "numpy", "mujoco", "onnx", "onnxruntime", "gymnasium", "ray", "scipy")
CPU_FACTS = Path("/proc/cpuinfo")
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Machine:
    """A computer: cores that this process may use, memory in [GiB], the graphics processor or an empty text."""

    cpu: str
    cores: int
    memory_gib: float
    gpu: str
    system: str


@dataclass(frozen=True)
class Source:
    """The code that ran: its commit, and whether files differed from it."""

    commit: str
    dirty: bool


def this_machine() -> Machine:
    """Return what this process runs on."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else ""
    return Machine(_cpu(), len(os.sched_getaffinity(0)), round(memory, 1), gpu, platform.platform())


def this_source(repository: Path = REPOSITORY) -> Source:
    """Return the commit of the checkout; "unknown" outside of one."""
    commit, changes = _git(repository, "rev-parse", "HEAD"), _git(repository, "status", "--porcelain")
    if commit is None or changes is None:
        return Source("unknown: not a git checkout", dirty=True)
    return Source(commit.strip(), bool(changes.strip()))


def versions() -> dict[str, str]:
    """Return the version of Python and of each package that may decide a result, where it is installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def command_line() -> tuple[str, ...]:
    """Return the command, `python -m` where a module was run; what lies here is named from here, for any machine."""
    main = getattr(sys.modules["__main__"], "__spec__", None)
    program = (sys.argv[0],) if main is None else ("python", "-m", main.name.removesuffix(".__main__"))
    return (*program, *map(_named_from_here, sys.argv[1:]))


def _named_from_here(word: str) -> str:
    option, equals, value = word.rpartition("=")
    return f"{option}{equals}{value.removeprefix(f'{Path.cwd()}{os.sep}')}"


def _cpu() -> str:
    if CPU_FACTS.exists():
        for line in CPU_FACTS.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _git(repository: Path, *arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=True, timeout=30.0
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout
