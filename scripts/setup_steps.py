"""Runs the commands of a set-up: one line a step, the output in a log, the end of it shown on failure."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.environment_plan import Interpreter, SetupError

PROBE = """
import importlib.util, sys
has = lambda name: int(importlib.util.find_spec(name) is not None)
print(*sys.version_info[:2], has("ensurepip") and has("venv"), has("rclpy"))
"""
INHERITED_FROM_WHEELS = "_ROS_WHEELS_BOOTSTRAP_COMPLETE"
LOG_LINES_SHOWN = 15


def clean_environment() -> dict[str, str]:
    """Return the environment for children, without what another virtual environment's ROS wheels left in it."""
    dropped = {"PYTHONHOME", "VIRTUAL_ENV"}
    if INHERITED_FROM_WHEELS in os.environ:
        dropped |= {INHERITED_FROM_WHEELS, "LD_LIBRARY_PATH"}
    return {key: value for key, value in os.environ.items() if key not in dropped}


def probe(command: str) -> Interpreter | None:
    """Return what the Python `command` is able to do, or None where it does not start."""
    path = shutil.which(command)
    if path is None:
        return None
    answer = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, env=clean_environment(), check=False)
    if answer.returncode != 0:
        return None
    major, minor, has_venv, has_rclpy = map(int, answer.stdout.split())
    return Interpreter(path, (major, minor), bool(has_venv), bool(has_rclpy))


def run(title: str, command: Sequence[str], log: Path) -> bool:
    """Run `command` under a line with its title and seconds; return whether it ended well."""
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with log.open("a", encoding="utf-8") as output:
        output.write(f"\n$ {' '.join(command)}\n")
        output.flush()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=clean_environment()
        )
        try:
            _tick_until_done(child, title, started)
        except BaseException:
            child.terminate()
            child.wait()
            raise
    print(
        f"\r  {title:<46} {time.monotonic() - started:5.1f} s{'' if child.returncode == 0 else '  failed'}", flush=True
    )
    return child.returncode == 0


def run_or_stop(title: str, command: Sequence[str], log: Path, cure: str = "") -> None:
    """Run `command`, or raise SetupError with the end of its output."""
    if not run(title, command, log):
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES_SHOWN:])
        raise SetupError(f"{title} failed: {cure or 'the end of its output was'}\n{tail}")


def can_install_system_packages() -> bool:
    """Return whether this is root on a machine with apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_system_packages(purpose: str, packages: Sequence[str], log: Path) -> None:
    """Install Debian packages where this is allowed, or raise SetupError with the line to type."""
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if not can_install_system_packages():
        raise SetupError(f"{purpose} is missing; install it, then run this again:\n    sudo {line}")
    print(f"  {purpose} is missing: {line}")
    run("package lists", ["apt-get", "update", "-q"], log)
    run_or_stop(purpose, ["env", "DEBIAN_FRONTEND=noninteractive", *line.split()], log)


def _tick_until_done(child: subprocess.Popen[bytes], title: str, started: float) -> None:
    """Wait for `child`; on a terminal, show the seconds pass."""
    if not sys.stdout.isatty():
        child.wait()
        return
    done = threading.Event()
    threading.Thread(target=lambda: (child.wait(), done.set()), daemon=True).start()
    for dots in itertools.cycle(("   ", ".  ", ".. ", "...")):
        print(f"\r  {title:<42} {dots} {time.monotonic() - started:5.1f} s", end="", flush=True)
        if done.wait(0.3):
            return
