"""A command whose reader has left ends without a traceback; an error stays one."""

import subprocess
import sys

import pytest

from diffpol_ros.core.broken_output import ENDED, readers_may_leave

HELP = "import sys; from diffpol_ros.cli.main import main; sys.exit(main())"
MUCH = "from diffpol_ros.core.broken_output import readers_may_leave as may\nwith may(): print('a' * 10**6)"


@pytest.mark.parametrize("program", [[HELP, "models", "list", "--help"], [HELP, "models", "list", "--names"], [MUCH]])
def test_a_reader_that_leaves_is_no_error(program: list[str]) -> None:
    running = subprocess.Popen([sys.executable, "-c", *program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None and running.stderr is not None
    running.stdout.close()
    assert (running.stderr.read(), running.wait(60.0)) == (b"", ENDED)
    running.stderr.close()


def test_another_pipe_that_breaks_is_an_error() -> None:
    with pytest.raises(BrokenPipeError, match="the robot's"), readers_may_leave():
        raise BrokenPipeError("the robot's")


def test_an_exit_code_stays() -> None:
    with pytest.raises(SystemExit) as ended, readers_may_leave():
        sys.exit(3)
    assert ended.value.code == 3
