"""Running every program before the arm may move, and telling first runs from typical ones."""

import numpy as np

from diffpol_ros.core.errors import BundleError
from diffpol_ros.policy.guidance.mixture import Mixture
from diffpol_ros.policy.horizon.pace import Pace
from diffpol_ros.policy.horizon.promise import Promise
from diffpol_ros.policy.inference import Ask
from diffpol_ros.policy.manifest.manifest import Manifest
from diffpol_ros.policy.runner import PolicyRunner
from diffpol_ros.policy.stage.settings import StageSettings

RUNS = 10
LONGEST_NS = 1_000_000_000
Variant = tuple[int, int, bool]


class Warmth:
    """Knows which programs have run: one for each count of samples and conditions, with a promise and without."""

    def __init__(self, manifest: Manifest, runner: PolicyRunner) -> None:
        """Begin with none."""
        self._name = manifest.name
        self._action, self._limits = manifest.action, manifest.normalisation.action
        self._runner = runner
        self._known: set[Variant] = set()
        self._assemblies = 0
        self._taken: tuple[tuple[int, ...], ...] = ()

    def run(self, settings: StageSettings, mixture: Mixture | None, pace: Pace) -> tuple[tuple[int, ...], ...]:
        """Run what `settings` will ask for, and tell `pace` how long it takes; refuse what is too slow for a chunk.

        Return the times of all runs, first ones included [ns].
        """
        pace.latency.restart(self._latencies_ns(settings, mixture))
        slowness = pace.slowness(pace.latency.figures.median_s)
        if slowness:
            raise BundleError(f"{self._name}: {slowness}")
        return self._taken

    def _latencies_ns(self, settings: StageSettings, mixture: Mixture | None) -> list[int]:
        """Run each ask, about 1 s at most; return the times of all but first runs [ns]."""
        latencies_ns: list[int] = []
        for ask in self._asks(settings, mixture):
            self._warm_up(ask)
            taken_ns = list(self._warm_up(ask))
            while len(taken_ns) < RUNS and sum(taken_ns) < LONGEST_NS:
                taken_ns += self._warm_up(ask)
            self._known.add(_variant(ask))
            latencies_ns += taken_ns
        self._assemblies = self._runner.assemblies
        return latencies_ns

    def _warm_up(self, ask: Ask) -> tuple[int, ...]:
        times_ns = self._runner.warm_up((ask,))
        self._taken += (times_ns,)
        return times_ns

    def knows(self, ask: Ask) -> bool:
        """Return whether the inference that has just run is typical of such an ask.

        It is where such a one has run before and nothing was assembled for it now: programs that were let go are.
        """
        known = _variant(ask) in self._known and self._assemblies == self._runner.assemblies
        self._known.add(_variant(ask))
        self._assemblies = self._runner.assemblies
        return known

    def _asks(self, settings: StageSettings, mixture: Mixture | None) -> list[Ask]:
        free = Ask(mixture, samples=settings.samples)
        if settings.horizon(self._runner.takes_promises).seam != "inpaint":
            return [free]
        middle = 0.5 * (np.array(self._limits.minimum) + np.array(self._limits.maximum))
        steps = self._action.predicted_steps
        promise = Promise(np.tile(middle, (steps, 1)).astype(np.float32), np.zeros(steps, np.float32))
        return [free, Ask(mixture, promise, settings.samples)]


def _variant(ask: Ask) -> Variant:
    conditions = 0 if ask.mixture is None else len(ask.mixture.labels)
    return ask.samples, conditions, ask.promise is not None
