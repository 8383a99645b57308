"""Ways to follow joint targets over libfranka, side by side: `python -m benchmarks.libfranka_tracking [ROUNDS]`.

The robots are simulations that others wrote. franka-sim's environment is made by `make test`; a second one, franky-sim,
takes part where FRANKY_SIM_PYTHON names a Python that has it (pip install franky-sim 'pin>=3' 'mujoco<3.3'), and
pylibfranka where it is installed. The rivals take turns, each in a process of its own.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np

from benchmarks.libfranka_rivals import RIVALS
from tests.simulated_fr3 import simulated_fr3, wait_until, why_not

ROUNDS = 2
# On a machine that does other things a simulation in Python may live at a twentieth of real time.
PATIENCE_S = 300.0
RATES_HZ = (10, 100)
SECOND_HOST = "127.0.0.77"
COLUMNS = ("rms_mrad", "lag_ms", "rest_mrad", "send_us", "read_us", "cpu_percent", "pace", "past_mrad")


@contextmanager
def franka_sim() -> Iterator[str]:
    """Serve franka-sim and give its address."""
    with tempfile.TemporaryDirectory() as folder, simulated_fr3(Path(folder)) as server:
        yield server.host


@contextmanager
def franky_sim(python: str) -> Iterator[str]:
    """Serve franky-sim and give its address."""
    command = [python, "-u", "-m", "franky_sim.run_server", "-s", "mujoco", "--hostname", SECOND_HOST]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: "Connect to the server" in log.read_text(encoding="utf-8"), PATIENCE_S)
            yield SECOND_HOST
        finally:
            server.kill()
            server.wait()


def measure(rival: str, host: str, rate_hz: int) -> list[float] | None:
    """Return one round's figures, or None where the rival failed."""
    command = [sys.executable, "-m", "benchmarks.libfranka_following", rival, host, str(rate_hz)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        print(f"  {rival} failed: not done within {PATIENCE_S} s")
        return None
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        print(f"  {rival} failed: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
        return None
    figures = json.loads(lines[-1])
    return [figures[column] for column in COLUMNS]


def compare(title: str, serve: Callable[[], AbstractContextManager[str]], rounds: int) -> None:
    """Print the medians of all rivals; each gets a server of its own, so that all begin alike."""
    rivals = [name for name in RIVALS if name != "AsyncPositionControl" or importlib.util.find_spec("pylibfranka")]
    for rate_hz in RATES_HZ:
        measured: dict[str, list[list[float]]] = {name: [] for name in rivals}
        for _ in range(rounds):
            for name in rivals:
                with serve() as host:
                    figures = measure(name, host, rate_hz)
                measured[name] += [figures] if figures else []
        print(f"\n{title}, targets at {rate_hz} Hz, medians of {rounds} rounds (pace 1: real time)")
        print(f"  {'':<24}", *(f"{column:>11}" for column in COLUMNS))
        for name, figures in measured.items():
            medians = np.median(np.array(figures), axis=0) if figures else np.full(len(COLUMNS), np.nan)
            print(f"  {name:<24}", *(f"{median:>11.2f}" for median in medians), flush=True)


def main() -> None:
    """Compare them on every simulation there is."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    if why_not():
        print(f"left out: {why_not()}")
        return
    compare("franka-sim", franka_sim, rounds)
    second = os.environ.get("FRANKY_SIM_PYTHON", "")
    if second:
        compare("franky-sim", lambda: franky_sim(second), rounds)


if __name__ == "__main__":
    main()
