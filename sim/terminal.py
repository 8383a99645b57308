"""How the commands of the training side meet a person: arguments, errors, Ctrl-C."""

import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import tyro

from diffpol_ros.core.errors import DiffpolError

Arguments = TypeVar("Arguments")


def run(main: Callable[[Arguments], None], kind: type[Arguments]) -> None:
    """Parse the command line as a `kind` and run `main`; an error on purpose is one line and exit status 1."""
    _guard(main, tyro.cli(kind))


def run_one(main: Callable[[Arguments], None], kinds: Mapping[str, type[Arguments]], description: str) -> None:
    """Do as `run`; the command line begins with the name of one of `kinds`."""
    _guard(main, tyro.extras.subcommand_cli_from_dict(dict(kinds), description=description))


def _guard(main: Callable[[Arguments], None], arguments: Arguments) -> None:
    try:
        main(arguments)
    except DiffpolError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)


class StopRequest:
    """Whether somebody asked to stop, to be looked at between two steps of work."""

    def __init__(self) -> None:
        """Begin unasked."""
        self.asked = False

    def ask(self) -> None:
        """Ask to stop; asked twice, stop at once."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def interrupts_asked() -> Iterator[StopRequest]:
    """Turn Ctrl-C into a request, so that no step is cut in two."""
    request = StopRequest()
    before = signal.signal(signal.SIGINT, lambda number, frame: request.ask())
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
