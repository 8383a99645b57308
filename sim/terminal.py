"""How the commands of the training side meet a person: arguments, errors, Ctrl-C."""

import errno
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import tyro

from diffpol_ros.core.broken_output import readers_may_leave
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.settings import closest

Arguments = TypeVar("Arguments")
FULL = (errno.ENOSPC, errno.EDQUOT)
"""What a disk says that takes no more."""


@dataclass(frozen=True)
class Preset(Generic[Arguments]):
    """Arguments under a name; the summary is one line of a command's overview."""

    summary: str
    arguments: Arguments


def run(main: Callable[[Arguments], None], kind: type[Arguments]) -> None:
    """Parse the command line as a `kind` and run `main`; an error on purpose is one line and exit status 1."""
    _guard(main, lambda: tyro.cli(kind))


def run_one(main: Callable[[Arguments], None], kinds: Mapping[str, type[Arguments]], description: str) -> None:
    """Do as `run`; the command line begins with the name of one of `kinds`."""
    _guard(main, lambda: tyro.extras.subcommand_cli_from_dict(dict(kinds), description=description))


def run_preset(main: Callable[[Arguments], None], presets: Mapping[str, Preset[Arguments]], description: str) -> None:
    """Do as `run`; the command line begins with the name of one of `presets`, whose values are the defaults."""
    module = getattr(sys.modules["__main__"].__spec__, "name", "").removesuffix(".__main__")
    program, words = f"python -m {module}", sys.argv[1:]
    if not words or words[0] in ("-h", "--help"):
        print(_overview(program, presets, description))
        sys.exit(0 if words else 2)
    if words[0] not in presets:
        print(f"error: there is no preset {words[0]!r}; {closest(words[0], presets)}", file=sys.stderr)
        sys.exit(2)
    preset = presets[words[0]].arguments
    # Which network it is belongs to the preset: so every option may stand anywhere, and --help shows only what counts.
    config = (tyro.conf.AvoidSubcommands,)
    prog = f"{program} {words[0]}"
    _guard(main, lambda: tyro.cli(type(preset), default=preset, prog=prog, args=words[1:], config=config))


def _overview(program: str, presets: Mapping[str, Preset[Arguments]], description: str) -> str:
    width = max(map(len, presets))
    rows = [f"  {name:<{width}}  {preset.summary}" for name, preset in presets.items()]
    usage = [f"usage: {program} PRESET [options]", "", description, "", "presets:"]
    return "\n".join([*usage, *rows, "", f"`{program} PRESET --help` shows every option with the preset's values."])


def _guard(main: Callable[[Arguments], None], parse: Callable[[], Arguments]) -> None:
    """Run `main` on what `parse` returns; settings refuse what makes no sense while they are parsed."""
    try:
        with readers_may_leave():
            main(parse())
    except DiffpolError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if error.errno not in FULL:
            raise
        print(f"error: {error}: free some space; what was written whole before stays", file=sys.stderr)
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
