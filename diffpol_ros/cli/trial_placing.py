"""A person places the object before the camera: looked at again and again until Enter is pressed."""

import select
import sys
from collections.abc import Callable

from diffpol_ros.cli.trial_operator import answered
from diffpol_ros.cli.trial_setup import Setting, SetUp, Standing

PERIOD_S = 0.4
WIDTH = 100
Typed = Callable[[float, str], "str | None"]
QUESTION = "[Enter] once it stands there, l to look again "


def typed_within(seconds: float, question: str) -> str | None:
    """Return the line typed within `seconds` [s]; None where none was; without a terminal, wait for one."""
    if sys.stdin.isatty() and not select.select([sys.stdin], [], [], seconds)[0]:
        return None
    return input(question).strip()


def tell_over(line: str) -> None:
    """Print a line over the one before, where there is a terminal."""
    if sys.stdout.isatty():
        print(f"\r{line:<{WIDTH}}", end="", flush=True)
    else:
        print(line, flush=True)


class Placing:
    """Tells how the object stands, and where the picture is, until the operator is content."""

    def __init__(
        self,
        set_up: SetUp,
        typed: Typed = typed_within,
        tell: Callable[[str], None] = print,
        over: Callable[[str], None] = tell_over,
    ) -> None:
        """Look with `set_up`; `typed` waits a while for a line; `over` tells what the next look replaces."""
        self._set_up, self._typed, self._tell, self._over = set_up, typed, tell, over

    def __call__(self, setting: Setting) -> None:
        """Return once Enter was pressed where the object stands near enough, or twice where it does not."""
        self._tell(f"look at {self._set_up.picture(setting.number)}: written anew at each look; [Enter] starts")
        warned = False
        while True:
            standing = self._set_up.look(setting)
            self._over(_line(standing))
            with answered():
                answer = self._typed(PERIOD_S, QUESTION)
            if answer is None:
                continue
            if answer:
                warned = False
                continue
            standing = self._set_up.look(setting)
            if standing.near or warned:
                self._set_up.keep(setting, standing)
                return
            self._tell(f"{standing.text}: [Enter] again starts all the same, l looks again")
            warned = True


def _line(standing: Standing) -> str:
    mark = "ok" if standing.near else "  "
    return f"{mark} {standing.text}"[:WIDTH]
