"""Commands that run for long, one beside the other: on this machine, or each in a Ray worker."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from sim.errors import ScaleError

Command = tuple[str, ...]
HEEDING_INTERRUPTS = ("env", "--default-signal=INT")
"""Ray's workers, and shells that start something in the background, have SIGINT ignored, which is inherited."""


class Job(Protocol):
    """A command that was started."""

    def status(self) -> int | None:
        """Return its exit status, or None while it runs."""
        ...

    def interrupt(self) -> None:
        """Do what Ctrl-C does."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...


Start = Callable[[Command, Path], Job]
"""Starts a command that writes what it says to a file."""


class LocalJob:
    """A process in a session of its own, so that the terminal's Ctrl-C reaches it only through `interrupt`."""

    def __init__(self, command: Command, output: Path) -> None:
        """Start `command` on one thread; what it says is appended to `output`."""
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("ab") as stream:
            self._process = subprocess.Popen(
                (*HEEDING_INTERRUPTS, *command),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
            )

    def status(self) -> int | None:
        """Return its exit status, or None while it runs."""
        return self._process.poll()

    def interrupt(self) -> None:
        """Do what Ctrl-C does."""
        if self.status() is None:
            self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it and all that it began, at once."""
        if self.status() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class RayJob:
    """A `LocalJob` in a Ray worker; the folder of its output must be the same on every machine of the cluster."""

    def __init__(self, ray: ModuleType, command: Command, output: Path) -> None:
        """Start `command` on whichever machine has a processor free."""
        self._ray = ray
        self._actor: Any = ray.remote(num_cpus=1)(LocalJob).remote(command, output)

    def status(self) -> int | None:
        """Return its exit status, or None while it runs."""
        return self._ask("status")

    def interrupt(self) -> None:
        """Do what Ctrl-C does."""
        self._ask("interrupt")

    def kill(self) -> None:
        """End it at once."""
        self._ask("kill")
        self._ray.kill(self._actor)

    def _ask(self, what: str) -> Any:
        try:
            return self._ray.get(getattr(self._actor, what).remote())
        except self._ray.exceptions.RayError as error:
            raise ScaleError(f"a Ray worker is lost ({type(error).__name__}); the same command goes on") from error
