"""One iteration of DPPO on the hopper against the reference's: CPU seconds, peak memory, and the same losses.

    python -m benchmarks.dppo_iteration --dppo CHECKOUT [--scale 0.1]

Each rival runs in a process of its own, one thread, one after the other, as often as --rounds says; both step our
worlds. The reference steps its own in 40 processes, which is not measured here. In the end it says how long the
products of matrices of such an iteration take alone, in float32 with torch's libraries: neither side is below that.
"""

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
import tyro

from benchmarks import dppo_reference
from benchmarks.chunk_case import AbsentError
from benchmarks.dppo_agreement import print_agreement
from benchmarks.dppo_case import Case, Phases, environment, networks
from benchmarks.dppo_products import counted_products, operations_of, seconds_of
from sim.algorithms.dppo import Dppo
from sim.algorithms.dppo_settings import DppoSettings
from sim.rollouts.collect import Collector

Rival = Literal["ours", "reference"]
COUNTED_SCALE = 0.04
"""Of the iteration in which products are counted: micro-batches are whole from here on."""


@dataclass(frozen=True)
class Arguments:
    """Measure."""

    dppo: Path | None = None
    """Checkout of irom-princeton/dppo; none: only ours is measured."""
    scale: float = 1.0
    """Share of the paper's 500 chunks and 50,000 pairs."""
    rounds: int = 1
    """How often each."""
    only: Rival | None = None
    """Measure this one, in this process, and print what came of it as JSON."""


def ours(case: Case, phases: Phases) -> None:
    """Do one iteration."""
    actor, critic = networks()
    played, units = environment(case, phases)
    settings = DppoSettings(chunks=case.chunks, batch_size=case.batch_size)
    collector, learning = Collector(played, actor, units, 4), Dppo(actor, critic, settings, case.worlds)
    generator = torch.Generator().manual_seed(0)
    phases.begin()
    collector.begin(0)
    rollout = phases.timed("acting", collector.collect)(case.chunks, generator, 0)
    phases.timed("learning", learning.learn)(rollout, 0, generator)
    phases.seconds["acting"] -= phases.seconds["worlds"]


def reference(case: Case, phases: Phases) -> None:
    """Do one iteration."""
    found = dppo_reference.model(*networks())
    dppo_reference.run(case, found, *environment(case, phases), phases)


def measure(case: Case, rival: Rival) -> dict[str, float]:
    """Return CPU seconds by phase and altogether, and memory [MB] before and at its peak."""
    torch.set_num_threads(1)
    phases = Phases()
    before = _peak()
    {"ours": ours, "reference": reference}[rival](case, phases)
    total = phases.so_far()
    rest = total - sum(phases.seconds.values())
    return {**phases.seconds, "rest": rest, "all": total, "memory before": before, "memory": _peak()}


def products(scale: float) -> float:
    """Return the CPU seconds that the products of matrices of our iteration take alone."""
    torch.set_num_threads(1)
    with counted_products() as counts:
        ours(Case(COUNTED_SCALE), Phases())
    seconds, operations = seconds_of(counts), operations_of(counts)
    print(f"  {operations * scale / COUNTED_SCALE:.2e} operations in products, {operations / seconds:.2e} a second")
    return seconds * scale / COUNTED_SCALE


def main(arguments: Arguments) -> None:
    """Measure one here, or all in processes of their own."""
    if arguments.dppo is not None:
        sys.path.append(str(arguments.dppo.resolve()))
    if arguments.only is not None:
        print(json.dumps(measure(Case(arguments.scale), arguments.only)))
        return
    rivals: tuple[Rival, ...] = ("ours", "reference") if arguments.dppo else ("ours",)
    for number in range(arguments.rounds):
        found = {rival: _apart(arguments, rival) for rival in rivals}
        print(f"round {number + 1}, {arguments.scale:g} of the paper's iteration; CPU s, MB")
        for rival, figures in found.items():
            print(f"  {rival:<10}", "  ".join(f"{name} {value:.1f}" for name, value in figures.items()))
        if len(found) == 2:
            parts = {name: found["ours"][name] / found["reference"][name] for name in ("all", "memory")}
            print("  ours / reference:", "  ".join(f"{name} {value:.2f}" for name, value in parts.items()))
        seconds = products(arguments.scale)
        shares = (f"{seconds / figures['all']:.2f} of {rival}" for rival, figures in found.items())
        print(f"  products of matrices alone: {seconds:.1f} CPU s,", ", ".join(shares))
    if arguments.dppo:
        print_agreement()


def _apart(arguments: Arguments, rival: Rival) -> dict[str, float]:
    words = [sys.executable, "-m", "benchmarks.dppo_iteration", "--only", rival, "--scale", str(arguments.scale)]
    words += ["--dppo", str(arguments.dppo)] if arguments.dppo else []
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise AbsentError(f"{rival} ended with status {done.returncode}: see above")
    return json.loads(done.stdout.splitlines()[-1])


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


if __name__ == "__main__":
    main(tyro.cli(Arguments))
