"""The policy stage without ROS: observations in, inferences that may run beside it, chunks out."""

from functools import partial

from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.types import Observation
from diffpol_ros.policy.horizon.decisions import Infer, Published, Unfit
from diffpol_ros.policy.horizon.horizon import Horizon
from diffpol_ros.policy.inference import Ask, Inference
from diffpol_ros.policy.manifest.manifest import Manifest
from diffpol_ros.policy.runner import PolicyRunner
from diffpol_ros.policy.stage.attempts import assembled, attempted
from diffpol_ros.policy.stage.checks import check_settings
from diffpol_ros.policy.stage.gate import unsure
from diffpol_ros.policy.stage.jobs import Answer, Failed, Job, Outcome, Surroundings
from diffpol_ros.policy.stage.settings import StageSettings
from diffpol_ros.policy.stage.warm_up import Warmth
from diffpol_ros.policy.stage.weights import WeightsInForce


class PolicyStage:
    """Joins horizon and runner. All but `infer` belongs to one thread; `infer` may run in another.

    Life: `warm_up`; `observe` …, `tick` → Job → `infer` → `absorb` → Answer or Failed; `reset` at any time.
    A mistake of ours in a tick or an outcome is a complaint: all is forgotten, and the arm holds.
    """

    def __init__(self, manifest: Manifest, runner: PolicyRunner, settings: StageSettings | None = None) -> None:
        """Run the policy of `manifest`."""
        self._manifest, self._runner = manifest, runner
        self._warmth = Warmth(manifest, runner)
        self._settings = settings or StageSettings()
        self.check(self._settings)
        self.horizon = Horizon(manifest, self._settings.horizon(runner.takes_promises))
        self.inferences = self.gated = 0
        self.newest: Inference | None = None
        self.inferring, self._era, self._drawn = False, 0, 0
        self._acting = WeightsInForce()
        self._forget()

    @property
    def settings(self) -> StageSettings:
        """Return what it goes by; may be replaced between any two calls."""
        return self._settings

    @settings.setter
    def settings(self, settings: StageSettings) -> None:
        self.check(settings)
        self._settings = settings
        self.horizon.settings = settings.horizon(self._runner.takes_promises)

    def check(self, settings: StageSettings) -> None:
        """Refuse what this policy cannot do."""
        check_settings(settings, self._manifest, self._runner)

    @property
    def complaint(self) -> str:
        """Return why nothing is sent; an empty text while all is well."""
        return self._unfit or self._failure

    def distrust(self, now_ns: int, surroundings: Surroundings) -> str:
        """Return why not even what was sent may be followed at `now_ns`, and forget it then; empty while it may."""
        unfit = self.horizon.unfit_reason(now_ns) or surroundings.unfit(self._manifest.networks.encoders, now_ns)
        if unfit:
            self.horizon.hold()
        return self._unfit or (self._failure if self._grave else "") or unfit

    def complain(self, complaint: str) -> None:
        """Take note of what is wrong, until a chunk is sent; what was sent before must not be followed either."""
        self._failure, self._grave = complaint, True
        self.horizon.hold()

    def warm_up(self, surroundings: Surroundings) -> tuple[tuple[int, ...], ...]:
        """Run each program that will be asked for, and learn and return how long they take; refuse too slow ones."""
        return self._warmth.run(self._settings, surroundings.mixture, self.horizon.pace)

    def reset(self) -> None:
        """Forget all observations and the plan; an inference that runs is thrown away when it ends."""
        self._era += 1
        self.horizon.reset()
        self._forget()

    def observe(self, observation: Observation) -> None:
        """Take in an observation, at whatever rate they come; where time steps back, all starts anew."""
        back_ns = (self._newest_ns or observation.stamp_ns) - observation.stamp_ns
        if back_ns > 0:
            self.reset()
            self.complain(f"the robot's state is {to_seconds(back_ns):.3f} s older than before: all is forgotten")
        self._newest_ns = observation.stamp_ns
        self.horizon.observe(observation)

    def tick(self, now_ns: int, surroundings: Surroundings) -> Job | Answer | None:
        """Return an inference to do now, or what a generated policy answers at once, or nothing."""
        done = attempted(partial(self._tick, now_ns, surroundings), "the tick")
        return self._mistaken(done) if isinstance(done, str) else done

    def infer(self, job: Job) -> Outcome:
        """Do a job; whatever goes wrong in it is part of the outcome."""
        work = partial(self._runner.infer, job.infer.history, job.seed, job.ask)
        return Outcome(job, attempted(work, "the inference"))

    def absorb(self, outcome: Outcome, now_ns: int) -> Answer | Failed:
        """Take the outcome of a job; of one asked for before a reset, nothing is sent."""
        self.inferring = False
        done = attempted(partial(self._absorb, outcome, now_ns), "taking in the inference")
        if isinstance(done, str):
            self._mistaken(done)
            return self._failed(outcome.job, done, now_ns)
        return done

    def _tick(self, now_ns: int, surroundings: Surroundings) -> Job | Answer | None:
        if self.inferring and self.horizon.idle:
            return None  # What was asked for before the last reset is still running: there is one thread.
        decision = self.horizon.tick(now_ns, surroundings.unfit(self._manifest.networks.encoders, now_ns))
        self._unfit = decision.reason if isinstance(decision, Unfit) else ""
        if isinstance(decision, Infer):
            return self._job(decision, surroundings)
        return None if self._unfit else self._act(now_ns)

    def _job(self, infer: Infer, surroundings: Surroundings) -> Job:
        ask = Ask(surroundings.mixture, infer.promise, self._settings.samples, surroundings.images)
        self.inferring = True
        return Job(infer, self._settings.seed + self._drawn, ask, self._era)

    def _absorb(self, outcome: Outcome, now_ns: int) -> Answer | Failed:
        job, result = outcome.job, outcome.result
        self._drawn += 1
        if isinstance(result, str):
            if job.era == self._era:
                self.horizon.failed(now_ns)
                self.complain(result)
            return self._failed(job, result, now_ns)
        if job.era != self._era:
            published = Published(None, reason="thrown away: it was asked for before a reset")
            return Answer(result, published, job.infer.started_ns, now_ns, self.horizon.statistics.holds)
        self.inferences += 1
        self.newest = result
        return self._publish(result, job, now_ns)

    def _publish(self, inference: Inference, job: Job, now_ns: int) -> Answer:
        started_ns, typical = job.infer.started_ns, self._warmth.knows(job.ask)
        acted, refusal = inference, self._unsure(inference, now_ns)
        if not refusal and self._runner.acts:
            acted, refusal = self._acted(inference, now_ns)
        if refusal:
            self.horizon.failed(now_ns)
            answer = self._answer(inference, Published(None, reason=refusal), started_ns, now_ns)
            self.complain(refusal)
            return answer
        published = self.horizon.absorb(acted.chunk, started_ns, now_ns, typical)
        if self._runner.acts and not published.reason:
            self._acting.put(inference)
        return self._answer(acted, published, started_ns, now_ns)

    def _unsure(self, inference: Inference, now_ns: int) -> str:
        """Return why no sample may be acted on, or an empty text; then neither may older weights."""
        kept = self.horizon.pace.kept(len(inference.chunk), now_ns - inference.chunk.observation_stamp_ns)
        refusal = unsure(inference, kept, self._settings.max_spread)
        if refusal:
            self.gated += 1
            # From the same seed again: what changes is what is observed, not luck.
            self._drawn -= 1
            self._acting.drop()
        return refusal

    def _acted(self, drawn: Inference, now_ns: int) -> tuple[Inference, str]:
        """Return what generated weights say to the newest observation, or why nothing."""
        if reason := self.horizon.unfit_reason(now_ns):
            return drawn, reason
        acted = attempted(partial(self._runner.act, drawn, self.horizon.history), "the generated policy")
        return (drawn, acted) if isinstance(acted, str) else (acted, "")

    def _act(self, now_ns: int) -> Answer | None:
        """Return what the generated weights in force, if any, say to the newest observation."""
        drawn = self._acting.at(self.horizon.history[-1:]) if self._runner.acts else None
        if drawn is None:
            return None
        inference, refusal = self._acted(drawn, now_ns)
        if refusal:
            self.complain(refusal)
            return None
        return self._answer(inference, self.horizon.refreshed(inference.chunk, now_ns), now_ns, now_ns)

    def _answer(self, inference: Inference, published: Published, started_ns: int, finished_ns: int) -> Answer:
        # A chunk that came too late is no reason to distrust the one before.
        self._failure, self._grave = published.reason, False
        return Answer(inference, published, started_ns, finished_ns, self.horizon.statistics.holds)

    def _failed(self, job: Job, reason: str, now_ns: int) -> Failed:
        observation = assembled(job.infer.history, self._manifest.observation)
        return Failed(job, self._runner.digest, observation, reason, now_ns, self.horizon.statistics.holds)

    def _mistaken(self, complaint: str) -> None:
        self.reset()
        self.complain(complaint)

    def _forget(self) -> None:
        self._unfit, self._failure, self._grave = "", "", False
        self._newest_ns: int | None = None
        self._acting.drop()
