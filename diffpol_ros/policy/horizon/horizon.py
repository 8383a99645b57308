"""The receding horizon: when to infer, from which observations, and which actions are sent."""

from dataclasses import replace

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import ActionChunk, Observation
from diffpol_ros.policy.horizon.buffer import ChunkBuffer
from diffpol_ros.policy.horizon.decisions import Decision, Infer, Published, Running, Unfit
from diffpol_ros.policy.horizon.followed import SentActions
from diffpol_ros.policy.horizon.history import ObservationHistory
from diffpol_ros.policy.horizon.inpainting import promised
from diffpol_ros.policy.horizon.pace import SPARE_ACTIONS, Pace
from diffpol_ros.policy.horizon.plan import part, past
from diffpol_ros.policy.horizon.promise import Promise
from diffpol_ros.policy.horizon.rules import unfit_reason
from diffpol_ros.policy.horizon.seams import joined
from diffpol_ros.policy.horizon.settings import HorizonSettings
from diffpol_ros.policy.horizon.statistics import HorizonStatistics, Tally
from diffpol_ros.policy.manifest.manifest import Manifest

__all__ = ["SPARE_ACTIONS", "Decision", "Horizon", "Infer", "Published", "Running", "Unfit"]


class Horizon:
    """Keeps the recent observations and decides at each tick; knows no clock, only the times it is given.

    Life: `observe` …, `tick` → Infer → `absorb` or `failed` → `tick` …; all from one thread. Between Infer and its
    end all ticks answer Running.
    """

    def __init__(self, manifest: Manifest, settings: HorizonSettings | None = None) -> None:
        """Decide for the policy of `manifest`."""
        self.pace = Pace(manifest, settings or HorizonSettings())
        self._spec, self._action = manifest.observation, manifest.action
        self._step_ns = to_ns(manifest.step_s)
        self._history = ObservationHistory(manifest.observation, self._step_ns)
        self._buffer, self._sent, self._tally = ChunkBuffer(), SentActions(), Tally()
        self.reset()

    @property
    def settings(self) -> HorizonSettings:
        """Return what it goes by; may be replaced between any two calls."""
        return self.pace.settings

    @settings.setter
    def settings(self, settings: HorizonSettings) -> None:
        self.pace.settings = settings

    @property
    def statistics(self) -> HorizonStatistics:
        """Return what was seen and done since the start."""
        return self._tally.statistics(self.pace.latency.figures, self.pace.budget_s)

    def reset(self) -> None:
        """Forget all observations, the plan, and the inference that runs; latencies and counts stay."""
        self._history.clear()
        self._forget_plan()
        self._pending_ns: int | None = None
        self._promised = False
        self._used_ns: int | None = None
        self._sent_ns: int | None = None

    def stand(self) -> None:
        """Forget the plan, as the arm follows nothing: the next tick asks anew."""
        self._forget_plan()
        self._used_ns = None

    def hold(self) -> None:
        """Forget the inference that runs as well, as nothing may be acted on."""
        self.stand()
        self._pending_ns = None

    def observe(self, observation: Observation) -> None:
        """Keep an observation, at whatever rate they come; where time steps back, all starts anew."""
        newest = self._history.newest
        if newest is not None and observation.stamp_ns < newest.stamp_ns:
            self.reset()
        self._history.add(observation)

    @property
    def idle(self) -> bool:
        """Return whether no inference is under way."""
        return self._pending_ns is None

    @property
    def history(self) -> tuple[Observation, ...]:
        """Return the frames of the newest observation, oldest first; none before the first."""
        return self._history.frames()

    def tick(self, now_ns: int, refusal: str = "") -> Decision:
        """Return what to do at `now_ns`; to be asked at the policy's rate.

        refusal: why nothing may be inferred now by rules that the horizon does not know, or an empty text.
        """
        self._watch_for_hold(now_ns)
        if self._pending_ns is not None:
            return Running()
        reason = self.unfit_reason(now_ns) or refusal or self.pace.too_slow(now_ns)
        if reason:
            return Unfit(reason)
        history = self._history.frames()
        if self._used_ns is not None and not self._wanted(history[-1].stamp_ns, self._used_ns, now_ns):
            return Running()
        self._pending_ns = now_ns
        self._forget_unless_followed()
        promise = self._promise(history[-1].stamp_ns, now_ns)
        self._promised = promise is not None
        return Infer(history, now_ns, promise)

    def absorb(self, chunk: ActionChunk, started_ns: int, finished_ns: int, typical: bool = True) -> Published:
        """Take the chunk (all T_p actions) of the inference that the tick `started_ns` asked for.

        typical: whether it took as long as the next will; not so the first run of a program.
        """
        if started_ns != self._pending_ns:
            return self._discard("the inference was asked for before a reset")
        self._pending_ns = None
        if finished_ns < started_ns:
            return self._discard("the clock stepped back during the inference")
        if typical:
            self.pace.record(finished_ns - started_ns, finished_ns)
        disagreement_m = self._buffer.disagreement_m(chunk)
        self._tally.disagreed(disagreement_m)
        self._watch_for_hold(finished_ns)
        if chunk.observation_stamp_ns == self._sent_ns:
            # What was refreshed from this very observation stands, and counts as this inference's.
            self._used_ns = self._sent_ns
            return Published(None, disagreement_m=disagreement_m)
        if not self._forget_unless_followed() and self._promised:
            return self._discard("the arm has not followed the plan that the chunk was to go on from")
        published = self._publish(chunk, finished_ns, self.settings)
        if published.chunk is not None:
            self._used_ns = chunk.observation_stamp_ns
        return replace(published, disagreement_m=disagreement_m)

    def refreshed(self, chunk: ActionChunk, now_ns: int) -> Published:
        """Take a chunk that cost no inference: the policy in force, asked again at a newer observation."""
        return self._publish(chunk, now_ns, replace(self.settings, seam="none"))

    def failed(self, now_ns: int) -> None:
        """Take note that the inference gave nothing: the next tick asks again."""
        self._watch_for_hold(now_ns)
        self._pending_ns = None

    def unfit_reason(self, now_ns: int) -> str:
        """Return why the newest observation must not be acted on, or an empty text."""
        return unfit_reason(self._history.newest, now_ns, self._spec) or self._history.gap()

    def _wanted(self, newest_ns: int, used_ns: int, now_ns: int) -> bool:
        # The bridge follows no chunk whose observation is not newer than that of the last.
        return newest_ns > used_ns and self.pace.due(used_ns, now_ns)

    def _promise(self, newest_ns: int, now_ns: int) -> Promise | None:
        plan, settings = self._buffer.plan, self.settings
        if settings.seam != "inpaint" or plan is None or self._end_ns is None:
            return None
        stamps_ns = [newest_ns + (index + 1) * self._step_ns for index in range(self._action.predicted_steps)]
        running_ns = now_ns + self.pace.ahead_ns + to_ns(settings.minimum_lead)
        return promised(plan, stamps_ns, min(running_ns, self._end_ns), to_ns(settings.inpaint_fade))

    def _publish(self, chunk: ActionChunk, now_ns: int, settings: HorizonSettings) -> Published:
        if self._sent_ns is not None and chunk.observation_stamp_ns <= self._sent_ns:
            return self._discard("the robot's state has not moved on since the last chunk")
        first = past(chunk, now_ns + to_ns(settings.minimum_lead))
        kept = self.pace.kept(len(chunk), now_ns - chunk.observation_stamp_ns)
        self._tally.trimmed += min(first, kept)
        if first >= kept:
            return self._discard("all actions of the chunk are past: the inference took too long", first)
        plan = joined(chunk, self._buffer, now_ns, settings)
        self._buffer.add(chunk, plan, now_ns)
        sent = part(plan, first, kept)
        self._sent.add(sent)
        self._end_ns, self._sent_ns = sent.stamps_ns[-1], sent.observation_stamp_ns
        self._tally.published += 1
        return Published(sent, first)

    def _discard(self, reason: str, trimmed: int = 0) -> Published:
        self._tally.discarded += 1
        return Published(None, trimmed, reason=reason)

    def _watch_for_hold(self, now_ns: int) -> None:
        """Forget a plan that the arm has come to the end of: it stands, and what would have followed was not sent."""
        if self._end_ns is not None and now_ns > self._end_ns:
            self._tally.holds += 1
            self._forget_plan()

    def _forget_unless_followed(self) -> bool:
        """Return whether the arm is where it was sent; if not, what is sent next must not go on from there."""
        newest, settings = self._history.newest, self.settings
        if newest is None or settings.seam == "none" or self._sent.followed(newest, settings.plan_tolerance):
            return True
        self._tally.not_followed += 1
        self._buffer.clear()
        self._sent.clear()
        return False

    def _forget_plan(self) -> None:
        self._buffer.clear()
        self._sent.clear()
        self._end_ns: int | None = None
