"""The live bridge node against the twin's server, each in a process of its own: `python -m benchmarks.bridge_node`.

The arm follows circles for 30 s at 100 and at 500 Hz: how even the ticks are, what they cost, and what dominates.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rclpy

from benchmarks.bridge_circles import Circles
from diffpol_ros.cli.calibrate.latency_twin import running_twin
from diffpol_ros.core.types import Array
from diffpol_ros.graph.command import ros_environment
from diffpol_ros.graph.ports import free_domain
from diffpol_ros.robots.backends import Address

RATES = (100, 500)
SECONDS = 30.0
CLOSING_S = 20.0
FEWEST_SENT = 0.9


@dataclass(frozen=True, eq=False)
class Measured:
    """Of the loop: periods; how long each tick took, in it each state and send, and the rest; all (n,) [ms].

    share: of one processor.
    """

    periods: Array
    tick: Array
    state: Array
    send: Array
    rest: Array
    share: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="the live bridge node at 100 and 500 Hz")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--rates", type=int, nargs="+", default=RATES)
    parser.add_argument("--parameter", action="append", default=[], help="of the bridge, as name:=value")
    options = parser.parse_args()
    with free_domain() as domain, tempfile.TemporaryDirectory() as folder:
        os.environ.update(ros_environment(Path(folder), domain))
        rclpy.init()
        for rate in options.rates:
            report(rate, measure(rate, options.seconds, Path(folder), options.parameter))
        rclpy.try_shutdown()


def measure(rate: int, seconds: float, folder: Path, parameters: list[str]) -> Measured:
    """Let the arm draw circles for `seconds` and return what the bridge's stopwatches say of them."""
    file = folder / f"bridge-{rate}.npz"
    with running_twin("panda") as address, bridge(file, [f"rate:={float(rate)}", *parameters], address):
        policy = Circles()
        began_ns, ended_ns = policy.run(seconds)
        policy.destroy_node()
    with np.load(file) as found:
        calls = {name: found[name] for name in ("tick", "state", "send")}
        share = float(found["share"])
    inside = {name: each[(each[:, 0] > began_ns) & (each[:, 0] < ended_ns)] * 1e-6 for name, each in calls.items()}
    ticks, states, sends = inside["tick"], inside["state"], inside["send"]
    rest = ticks[:, 1].copy()
    for calls_inside in (states, sends):
        np.subtract.at(rest, np.searchsorted(ticks[:, 0], calls_inside[:, 0]) - 1, calls_inside[:, 1])
    return Measured(np.diff(ticks[:, 0]), ticks[:, 1], states[:, 1], sends[:, 1], rest, share)


@contextmanager
def bridge(file: Path, parameters: list[str], address: Address) -> Iterator[None]:
    """Run the bridge against the robot at `address`; its times are in `file` afterwards."""
    given = [f"arm_port:={address.port}", f"gripper_port:={address.gripper_port}", "policy_silence:=0.0", *parameters]
    words = [word for each in given for word in ("-p", each)]
    command = [sys.executable, "-m", "benchmarks.bridge_probe", str(file), "--ros-args", *words]
    with subprocess.Popen(command) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(CLOSING_S)


def report(rate: int, found: Measured) -> None:
    """Print one rate's figures."""
    print(f"\nthe bridge at {rate} Hz: {1e3 / found.periods.mean():.1f} Hz, {100 * found.share:.0f} % of one processor")
    print(f"  {'':<28}  {'median':>9}  {'p99':>9}  {'worst':>9}")
    parts = (found.periods, found.tick, found.state, found.send, found.rest)
    for name, values in zip(("period", "tick", "  state", "  update", "  the rest"), parts, strict=True):
        median, late, worst = np.percentile(values, [50, 99, 100])
        print(f"  {name:<28}  {median:>6.3f} ms  {late:>6.3f} ms  {worst:>6.3f} ms")
    late = 100.0 * np.mean(found.periods > 1.5e3 / rate)
    print(f"  {late:.2f} % of the periods are more than half a period late")
    if len(found.send) < FEWEST_SENT * len(found.tick):
        print("  not valid: the arm was stopped or held, as the bridge tells above: try an idle machine, or chrt -f 20")


if __name__ == "__main__":
    main()
