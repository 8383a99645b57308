"""Asking a Python process of its own, which may crash or hang."""

import subprocess
import sys

TIMEOUT_S = 60.0


def ask(arguments: list[str], environment: dict[str, str]) -> tuple[str, str]:
    """Run Python; return the last line that it printed, or why there is none."""
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"did not answer within {TIMEOUT_S:.0f} s"
    lines, complaints = done.stdout.strip().splitlines(), done.stderr.strip().splitlines()
    if done.returncode or not lines:
        return "", complaints[-1] if complaints else f"ended with {done.returncode}"
    return lines[-1], ""
