"""A simulated FR3 that others wrote (franka-sim), in a process of its own, on a loopback address of its own."""

import contextlib
import dataclasses
import importlib.util
import itertools
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.robots.libfranka.deadlines import Deadlines
from diffpol_ros.robots.libfranka.robot import LibfrankaRobot
from diffpol_ros.robots.libfranka.settings import LibfrankaSettings
from tests.waiting import wait_until

REPOSITORY = Path(__file__).resolve().parent.parent
# For a checkout whose environments lie elsewhere.
PYTHON = Path(os.environ.get("FRANKA_SIM_PYTHON", REPOSITORY / ".venv" / "franka-sim" / "bin" / "python"))
PORTS = (1337, 1338)
START_SECONDS = 60.0
# Where franka-sim's arm begins [rad].
BEGINNING = (0.0, 0.0, 0.0, -1.57, 0.0, 1.57, 0.785)

_COUNT = itertools.count(1)


def why_not() -> str:
    """Return why no simulated FR3 can be had here, or an empty text."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        return "franky and franka-sim have wheels for Linux on x86_64 only"
    if "CI" in os.environ:
        # There they must be: what is not tested must not pass.
        return ""
    if importlib.util.find_spec("franky") is None:
        return "franky is not installed: `make test` installs it"
    return "" if PYTHON.exists() else f"{PYTHON} does not exist: `make test` makes it"


needs_simulated_fr3 = [
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
    # One server at a time: it lives at 1 kHz in Python.
    pytest.mark.xdist_group("simulated_fr3"),
]


class SimulatedFr3:
    """The server's process: it can be paused, continued and killed."""

    def __init__(self, log: Path, *, enforce: bool = False) -> None:
        """Start it and wait until it listens; with `enforce` it stops as the robot does on lost packets and limits."""
        pid, number = os.getpid(), next(_COUNT)
        self.host = f"127.{64 + number % 128}.{pid >> 8 & 255}.{1 + pid % 254}"
        self._log, self._enforce = log, enforce
        self.start()

    def start(self) -> None:
        """Start it at the same address as before."""
        command = [
            str(PYTHON),
            str(REPOSITORY / "scripts" / "simulated_fr3.py"),
            "--host",
            self.host,
            "--until-input-ends",
        ]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *(["--enforce"] if self._enforce else [])],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._listens, START_SECONDS)

    def pause(self) -> None:
        """Freeze it: neither packets nor answers."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.communicate()

    def _listens(self) -> bool:
        """Return whether arm and hand wait for a client; a trial connection would take the client's place."""
        said = self._log.read_text(encoding="utf-8")
        assert self.process.poll() is None, said
        return all(f"erver listening on {self.host}:{port}" in said for port in PORTS)


@contextlib.contextmanager
def simulated_fr3(folder: Path, *, enforce: bool = False) -> Iterator[SimulatedFr3]:
    """Serve a simulated FR3 for as long as the context lasts."""
    server = SimulatedFr3(folder / "franka-sim.log", enforce=enforce)
    try:
        yield server
    finally:
        server.kill()


def fr3() -> RobotDescription:
    """Return the FR3's description, at home where the simulated arm begins."""
    return dataclasses.replace(load_robot_description("fr3"), home=BEGINNING)


def robot_at(host: str, tick_s: float = 1.0) -> LibfrankaRobot:
    """Return the robot at `host`, not yet connected; it takes it for frozen after `tick_s` [s]."""
    description = fr3()
    settings = dataclasses.replace(description.backend.settings.read(LibfrankaSettings), host=host)
    return LibfrankaRobot(description, settings, deadlines=patient(tick_s))


def patient(tick_s: float = 1.0) -> Deadlines:
    """Return deadlines for a server in Python on a busy machine, which takes its time."""
    return Deadlines(connect=20.0, start=20.0, stop=20.0, recover=30.0, tick=tick_s)
