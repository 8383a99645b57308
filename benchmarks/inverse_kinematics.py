"""Differential inverse kinematics against mink and pink: `python -m benchmarks.inverse_kinematics [--excursions N]`.

The cost of a step, all on the same circle and in one run: ours, the paper's pseudo-inverse, damped least squares on
MuJoCo's Jacobian, mink and pink with daqp. Then who comes back from where, of N excursions of each of nine kinds.
"""

from dataclasses import dataclass

import numpy as np
import tyro

from benchmarks.inverse_kinematics_excursions import STUCK, Excursions, Outcome, try_excursion
from benchmarks.inverse_kinematics_rivals import MinkStep, MujocoStep, Step, damped, pink_step, plain
from benchmarks.timing import interleaved, print_table
from diffpol_ros.control.differential_ik import DifferentialInverseKinematics
from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.plain_ik import PlainInverseKinematics
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.types import Array, Pose

ROUNDS = 2000
CIRCLE = 0.1
TURN = 0.02
OURS = "ours: bounds, posture, way out"


@dataclass(frozen=True)
class Arguments:
    """How much to measure."""

    excursions: int = 6
    """Of each kind, for each robot and method."""
    ours_only: bool = False
    """Leave the other methods out of the excursions: with hundreds of each kind they take hours."""


class Walker:
    """Follows a circle with one kind of step."""

    def __init__(self, step: Step, start: Array, home: Pose) -> None:
        """Begin at `start`."""
        self._step, self._joints, self._home, self._angle = step, start, home, 0.0

    def __call__(self) -> None:
        """Take one step."""
        self._angle += TURN
        offset = CIRCLE * np.array([0.0, np.sin(self._angle), np.cos(self._angle) - 1.0])
        self._joints = self._step(self._joints, Pose(self._home.position + offset, self._home.quaternion))


def ours(description: RobotDescription, period: float) -> Step:
    """Return a step as the follower takes it."""
    inverse = DifferentialInverseKinematics(description, Kinematics(description), FollowerSettings())
    return lambda joints, target: inverse.step(joints, target, period).positions


def bare(description: RobotDescription, period: float) -> Step:
    """Return the follower's other step, the paper's."""
    inverse = PlainInverseKinematics(Kinematics(description))
    return lambda joints, target: inverse.step(joints, target, period).positions


def others(description: RobotDescription, period: float) -> dict[str, Step]:
    """Return mink's step, and pink's where it is installed."""
    steps: dict[str, Step] = {"mink, daqp: bounds, posture": MinkStep(description, period)}
    try:
        steps["pink, daqp: bounds, posture"] = pink_step(description, period)
    except ImportError as error:
        print(f"(pink is left out: {error}; pip install pin-pink)")
    return steps


def print_times(description: RobotDescription, period: float) -> None:
    """Print what a step costs."""
    start = description.home_positions
    home = Kinematics(description).forward(start)
    steps = {
        OURS: ours(description, period),
        "the paper's pseudo-inverse, no bounds": bare(description, period),
        "damped, MuJoCo's Jacobian, no bounds": MujocoStep(description),
        **others(description, period),
    }
    walkers = {name: Walker(step, start, home) for name, step in steps.items()}
    print_table("one step of differential inverse kinematics", interleaved(walkers, ROUNDS, warm_up=100), "us")


def print_excursions(name: str, period: float, arguments: Arguments) -> None:
    """Print who comes back, and how far from the target the others stay."""
    description = load_robot_description(name)
    kinematics, excursions = Kinematics(description), Excursions(description)
    steps = {OURS: ours(description, period)}
    if not arguments.ours_only:
        steps["pseudo-inverse, clipped"] = plain(description, period)
        steps["damped 0.01, clipped"] = damped(description, period)
        steps |= others(description, period)
    total = arguments.excursions * len(excursions.kinds)
    print(f"\n{name}: {total} excursions; share that is stuck (more than 1 mm or 1 mrad off after 20 s)")
    for method, step in steps.items():
        outcomes: dict[str, list[Outcome]] = {kind: [] for kind in excursions.kinds}
        for kind, excursion in excursions.draw(arguments.excursions):
            outcomes[kind].append(try_excursion(step, kinematics, excursion))
        _print_method(method, outcomes, period)


def _print_method(method: str, outcomes: dict[str, list[Outcome]], period: float) -> None:
    everything = [outcome for some in outcomes.values() for outcome in some]
    worst, turned = max(outcome.position for outcome in everything), max(outcome.rotation for outcome in everything)
    times = period * np.percentile([outcome.steps for outcome in everything], [50, 99])
    print(
        f"  {method}: {_stuck(everything):.1%} stuck, worst {1e3 * worst:.2f} mm {1e3 * turned:.2f} mrad; "
        f"back after {times[0]:.1f} s, p99 {times[1]:.1f} s"
    )
    shares = [f"{kind} {_stuck(some):.0%}" for kind, some in outcomes.items() if _stuck(some) > 0.0]
    if shares:
        print(f"    {', '.join(shares)}")


def _stuck(outcomes: list[Outcome]) -> float:
    return sum(max(outcome.position, outcome.rotation) > STUCK for outcome in outcomes) / len(outcomes)


def main(arguments: Arguments) -> None:
    """Print the cost of a step, and who comes back."""
    period = FollowerSettings().period
    print_times(load_robot_description("panda"), period)
    for name in ("panda", "fr3"):
        print_excursions(name, period, arguments)


if __name__ == "__main__":
    main(tyro.cli(Arguments))
