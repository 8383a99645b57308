"""The thread that infers, and how the executor hears of what it has done."""

from collections.abc import Callable, Sequence
from functools import partial

from rclpy.node import Node

from diffpol_ros.nodes.wake import Wake
from diffpol_ros.policy.stage.jobs import Job, Outcome, Surroundings
from diffpol_ros.policy.stage.stage import PolicyStage
from diffpol_ros.policy.stage.worker import Worker


class InferenceThread:
    """Does the stage's jobs; hands each outcome on in the executor's thread."""

    def __init__(self, node: Node, stage: PolicyStage, cores: Sequence[int], done: Callable[[Outcome], None]) -> None:
        """Start it, on `cores` where any are named; `done` is called from the executor of `node`."""
        self._stage, self._done = stage, done
        self._wake = Wake(node, self._collect)
        self._worker: Worker[Outcome] = Worker(self._wake, cores)

    def warm_up(self, surroundings: Surroundings) -> tuple[tuple[int, ...], ...]:
        """Run the policy dry, in the thread that will run it, wait for that, and return the times taken [ns]."""
        return self._worker.wait_for(partial(self._stage.warm_up, surroundings))

    def submit(self, job: Job) -> None:
        """Do a job."""
        self._worker.submit(partial(self._stage.infer, job))

    def close(self) -> None:
        """End the thread; an inference that runs is finished first."""
        self._wake.close()
        self._worker.close()

    def _collect(self) -> None:
        for outcome in self._worker.collect():
            self._done(outcome)
