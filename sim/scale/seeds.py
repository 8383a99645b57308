"""The same training under several seeds, as many at a time as there are processors."""

import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import ScaleError
from sim.runs.scalars import last_step
from sim.scale.jobs import Command, Job, Start
from sim.terminal import StopRequest

OUTPUT = "output.txt"
SEED = "{seed}"


@dataclass(frozen=True)
class SeededRun:
    """One seed's command and folder."""

    seed: int
    command: Command
    folder: Path

    @property
    def said(self) -> Path:
        """Where what it says goes."""
        return self.folder / OUTPUT

    @property
    def progress(self) -> str:
        """Return how far it is."""
        step = last_step(self.folder)
        return f"seed {self.seed}: {'starting' if step is None else f'step {step}'}"


def seeded_runs(words: Sequence[str], seeds: Sequence[int], output: Path) -> list[SeededRun]:
    """Return a run for each seed of `words`, such as pretrain hopper --...; {seed} in a word becomes the seed."""
    taken = [word for word in words for name in ("--seed", "--output") if word == name or word.startswith(f"{name}=")]
    if taken:
        raise ScaleError(f"{taken[0]} is given to each run by itself: leave it out behind --")
    if len(set(seeds)) != len(seeds):
        raise ScaleError(f"seeds {', '.join(map(str, seeds))} repeat: expected each once")
    return [_seeded(words, seed, output.absolute() / f"seed{seed}") for seed in seeds]


def _seeded(words: Sequence[str], seed: int, folder: Path) -> SeededRun:
    module, *arguments = [word.replace(SEED, str(seed)) for word in words]
    options = ("--seed", str(seed), "--output", str(folder))
    return SeededRun(seed, (sys.executable, "-m", f"sim.{module}", *arguments, *options), folder)


@dataclass(eq=False)
class Fleet:
    """Runs that wait, run and are over, looked at every `look_every` [s]; one that fails does not hinder the others."""

    start: Start
    waiting: deque[SeededRun]
    at_once: int
    look_every: float = 1.0
    running: list[tuple[SeededRun, Job]] = field(default_factory=list)
    failed: list[tuple[SeededRun, int]] = field(default_factory=list)
    finished: list[SeededRun] = field(default_factory=list)

    def work(self, stop: StopRequest, report: Callable[["Fleet"], None] = lambda fleet: None) -> None:
        """Run all to their ends. Asked to stop: each run is interrupted once and ends by itself, none is begun."""
        interrupted = False
        try:
            while self.running or (self.waiting and not stop.asked):
                if stop.asked and not interrupted:
                    interrupted = True
                    for _, job in self.running:
                        job.interrupt()
                self._begin(stop)
                self._collect()
                report(self)
                time.sleep(self.look_every)
        finally:
            for _, job in self.running:
                job.kill()

    def _begin(self, stop: StopRequest) -> None:
        while self.waiting and len(self.running) < self.at_once and not stop.asked:
            run = self.waiting.popleft()
            self.running.append((run, self.start(run.command, run.said)))

    def _collect(self) -> None:
        still = []
        for run, job in self.running:
            status = job.status()
            if status is None:
                still.append((run, job))
            elif status == 0:
                self.finished.append(run)
            else:
                self.failed.append((run, status))
        self.running = still


def complaint(run: SeededRun, status: int) -> str:
    """Return what a failed run said last."""
    lines = run.said.read_text(encoding="utf-8", errors="replace").split("\n") if run.said.exists() else []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
    return f"seed {run.seed} ended with status {status}; {run.said} ends: {last}"
