"""What sampling a chunk ahead by the arm's latency does: `python -m benchmarks.command_lead` (needs torch).

The twin's arm draws circles in simulated time: how far its hand is from where the plan has it at the same instant. Then
a policy is tried under each lead, though it was trained under one of them.
"""

import argparse
from pathlib import Path

import numpy as np

from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.statistics import clopper_pearson
from diffpol_ros.core.types import ActionChunk, Array
from sim.envs.block import STEP_NS, BlockLiftEnvironment, BlockLiftSettings
from sim.evaluate.trial import TrialSettings, trial_runner
from sim.parallel import parallel

LEADS = (0.0, 0.02, 0.04, 0.06, 0.085, 0.11)
ACTIONS, EXECUTED = 8, 4
SETTLED_S = 2.0
CIRCLES = ((0.03, 1.5), (0.05, 3.0), (0.08, 6.0))
"""Radius [m] and time of one turn [s]."""


class Circle:
    """A plan in the plane across the arm, begun where the hand is."""

    def __init__(self, environment: BlockLiftEnvironment, radius: float, turn_s: float) -> None:
        """Begin now."""
        observation = environment.observe()
        self._start_ns, self._hand = observation.stamp_ns, observation.end_effector
        self._radius, self._turn_s = radius, turn_s

    def positions(self, stamps_ns: Array) -> Array:
        """Return where the hand should be (n, 3) [m] at `stamps_ns` (n,) [ns]; it starts gently."""
        times = (stamps_ns - self._start_ns) * 1e-9
        angles = 2.0 * np.pi * times / self._turn_s
        gently = np.clip(times / SETTLED_S, 0.0, 1.0)[:, None]
        circle = np.stack((np.sin(angles), np.cos(angles) - 1.0, 0.5 * np.sin(2.0 * angles)), axis=1)
        return self._hand.position + self._radius * gently * circle

    def chunk(self, now_ns: int) -> ActionChunk:
        """Return the plan's next actions, observed now."""
        stamps_ns = tuple(now_ns + STEP_NS * index for index in range(1, ACTIONS + 1))
        quaternions = np.tile(self._hand.quaternion, (ACTIONS, 1))
        positions = self.positions(np.array(stamps_ns, dtype=np.float64))
        return ActionChunk(now_ns, stamps_ns, positions, quaternions, np.full(ACTIONS, 0.08))


def tracking_error(lead: float, radius: float, turn_s: float, seconds: float = 12.0) -> float:
    """Return how far the hand is from its plan at the same instant, RMS [m], once under way."""
    follower = FollowerSettings(command_lead=lead)
    environment = BlockLiftEnvironment(BlockLiftSettings(follower=follower, time_limit=seconds))
    circle = Circle(environment, radius, turn_s)
    start_ns, squares = environment.simulation.stamp_ns, []
    while to_seconds(environment.simulation.stamp_ns - start_ns) < seconds:
        environment.follow(circle.chunk(environment.simulation.stamp_ns))
        for _ in range(EXECUTED * 10):
            environment.advance()
            squares.append(_miss(environment, circle))
    return float(np.sqrt(np.mean(squares[round(SETTLED_S * 100) :])))


def successes(policy: Path, lead: float, latency: float, episodes: int) -> int:
    """Return how many episodes succeed under `lead` [s] with inferences that take `latency` [s]."""
    world = BlockLiftSettings(follower=FollowerSettings(command_lead=lead))
    settings = TrialSettings(policy, world, inference_latency=latency)
    return sum(outcome.success for outcome in parallel(trial_runner, settings, range(episodes), 1))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="what sampling ahead by the arm's latency does")
    parser.add_argument("--policy", type=Path, default=Path("models/block_lift"))
    parser.add_argument("--episodes", type=int, default=40)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--leads", type=float, nargs="+", default=LEADS)
    options = parser.parse_args()
    names = [f"{1e3 * radius:.0f} mm in {turn_s:g} s" for radius, turn_s in CIRCLES]
    print("RMS of hand against plan at the same instant [mm]; episodes that succeed, 95 % interval")
    print("  lead [ms]  " + "  ".join(f"{name:>14}" for name in names) + f"  {'success':>10}")
    for lead in options.leads:
        errors = "  ".join(f"{1e3 * tracking_error(lead, *circle):>14.2f}" for circle in CIRCLES)
        print(f"  {1e3 * lead:>9.0f}  {errors}  {_success(options, lead)}", flush=True)


def _success(options: argparse.Namespace, lead: float) -> str:
    if options.episodes == 0:
        return f"{'-':>10}"
    done = successes(options.policy, lead, options.latency, options.episodes)
    low, high = clopper_pearson(done, options.episodes)
    return f"{done:>5}/{options.episodes:<4} ({100 * low:.0f}-{100 * high:.0f} %)"


def _miss(environment: BlockLiftEnvironment, circle: Circle) -> float:
    observation = environment.observe()
    wanted = circle.positions(np.array([observation.stamp_ns], dtype=np.float64))[0]
    return float(np.sum((observation.end_effector.position - wanted) ** 2))


if __name__ == "__main__":
    main()
