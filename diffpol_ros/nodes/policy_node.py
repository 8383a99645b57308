"""Robot state and object poses in, action chunks out, at the bundle's rate."""

from contextlib import ExitStack
from functools import partial

from rclpy.timer import Timer
from std_srvs.srv import Trigger

from diffpol_ros.core.clock import SystemClock, to_seconds
from diffpol_ros.core.journal.build import build_of
from diffpol_ros.core.journal.writing import Journal
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.nodes.clock_jumps import ClockJumps
from diffpol_ros.nodes.diagnostics import Report
from diffpol_ros.nodes.journal_topic import JournalTopic
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.policy_gate import GateListener
from diffpol_ros.nodes.policy_guidance import LiveGuidance
from diffpol_ros.nodes.policy_heartbeat import PolicyHeartbeat
from diffpol_ros.nodes.policy_images import PolicyImages
from diffpol_ros.nodes.policy_inputs import PolicyInputs
from diffpol_ros.nodes.policy_parameters import LIVE, LiveSettings, PolicyParameters
from diffpol_ros.nodes.policy_thread import InferenceThread
from diffpol_ros.nodes.policy_topics import PolicyTopics
from diffpol_ros.nodes.ros_clock import RosClock
from diffpol_ros.policy.loading import load_policy
from diffpol_ros.policy.runner import PolicyRunner
from diffpol_ros.policy.stage.attempts import attempted
from diffpol_ros.policy.stage.calls import Calls
from diffpol_ros.policy.stage.jobs import Answer, Failed, Job, Outcome, Surroundings
from diffpol_ros.policy.stage.journaled import STAGE, Journaled, codec, errors, setup_of
from diffpol_ros.policy.stage.report import runtime_values, stage_values
from diffpol_ros.policy.stage.stage import PolicyStage

COMPLAINT_PERIOD_S = 2.0


class PolicyNode(StageNode[PolicyParameters]):
    """Ticks the stage by a steady clock; inferences run in a thread of their own, all else in the executor's."""

    parameters_kind = PolicyParameters
    live_parameters = LIVE

    def __init__(self) -> None:
        """Create the node; the bundle is verified when it is configured."""
        super().__init__("policy")
        self._timer: Timer | None = None
        self._stage: PolicyStage | None = None
        self._taken = ExitStack()

    def configure(self) -> None:
        """Verify the bundle, refuse another robot's, connect, and run it dry until it is warm."""
        self._heartbeat = PolicyHeartbeat(self, self.parameters.model, self.loop_clock(), self._distrust)
        self._taken.callback(self._heartbeat.close)
        with self._heartbeat.last_words():
            self._load()
        self._heartbeat.verified(self._bundle)

    def _load(self) -> None:
        runtime = self.parameters.runtime()
        bundle = load_policy(self.parameters.model, runtime, self.parameters.models)
        robot = load_robot_description(self.parameters.robot)
        bundle.require_robot(robot.name, robot.base_frame)
        self._bundle = bundle
        self._stage = PolicyStage(bundle.manifest, PolicyRunner(bundle), self.parameters)
        self._journal = Journal(codec(), errors(), SystemClock())
        self._calls = Journaled(Calls(self._stage), self._journal)
        self._follow_parameters(self._stage)
        self._connect()
        self._thread = InferenceThread(self, self._stage, runtime.cores, self._on_inferred)
        self._taken.callback(self._thread.close)
        self.get_logger().info(f"{bundle.path}: verified, golden actions within {bundle.golden_error:.2g}")
        policy = self.parameters.model, self.parameters.models, bundle.digest
        setup = setup_of(policy, self.parameters, runtime, self._warm_up(), self._guidance.mixture)
        self._journal.begin(STAGE, setup, build_of())
        self._taken.callback(JournalTopic(self, self._journal, "policy/journal").close)

    def activate(self) -> None:
        """Start ticking, with nothing seen."""
        self._forget()
        self._timer = self.create_timer(self._bundle.manifest.step_s, self._tick, clock=self.loop_clock())
        self._heartbeat.look()

    def deactivate(self) -> None:
        """Stop ticking, throw away what is being inferred, and say so: the arm brakes and holds."""
        if self._timer is not None:
            self.destroy_timer(self._timer)
            self._timer = None
            self._forget()
            self._heartbeat.look()

    def cleanup(self) -> None:
        """Disconnect and end the thread, so that another bundle can be configured."""
        self._taken.close()
        self._stage = None

    def report(self) -> Report:
        """Say whether chunks flow, how long they take, and how well they fit together."""
        if self._stage is None:
            return Report.error("not configured")
        guidance = {f"guidance.{name}": value for name, value in self._guidance.describe().items()}
        runtime = runtime_values(self._bundle.report, self._bundle.digest)
        values = {**stage_values(self._stage), **guidance, **runtime}
        complaint = self._stage.complaint
        if self._timer is None:
            return Report.ok("inactive", values)
        return Report.warn(complaint, values) if complaint else Report.ok("running", values)

    def _distrust(self) -> str:
        """Return why the arm must not follow this policy now; an empty text while it may."""
        if self._stage is None or self._timer is None:
            return "inactive"
        look = partial(self._calls.distrust, self._now_ns(), self._surroundings())
        return attempted(look, "the look at the policy")

    def _follow_parameters(self, stage: PolicyStage) -> None:
        self._settings = LiveSettings(self, stage, self._calls.settings)
        self._taken.callback(self._settings.close)
        self._guidance = LiveGuidance(self, self._bundle.guidance)
        self._taken.callback(self._guidance.close)

    def _connect(self) -> None:
        self._topics = PolicyTopics(self, self._bundle.manifest.action.frame)
        self._taken.callback(self._topics.close)
        clock = RosClock(self.loop_clock())
        self._inputs = PolicyInputs(
            self, self._bundle.manifest.observation, self._calls, self._complain, clock, self._heartbeat.look
        )
        self._taken.callback(self._inputs.close)
        self._images = PolicyImages(self, self._bundle.manifest.networks.encoders, self._complain)
        self._taken.callback(self._images.close)
        self._taken.callback(GateListener(self, self._calls.stand).close)
        self._jumps = ClockJumps(self, self._on_jump)
        self._taken.callback(self._jumps.close)
        reset = self.create_service(Trigger, "policy/reset", self._on_reset)
        self._taken.callback(self.destroy_service, reset)

    def _warm_up(self) -> tuple[tuple[int, ...], ...]:
        taken_ns = self._thread.warm_up(self._surroundings())
        self.get_logger().info(f"warm after {to_seconds(sum(map(sum, taken_ns))):.1f} s of inferences")
        return taken_ns

    def _now_ns(self) -> int:
        return self.get_clock().now().nanoseconds

    def _surroundings(self) -> Surroundings:
        return Surroundings(self._images.newest, self._guidance.mixture, self._inputs.complaint())

    def _on_jump(self, how: str) -> None:
        """Begin anew: what was seen, promised and is being inferred is of another time."""
        self._forget()
        self._complain(f"{how}: all is forgotten")
        self.get_logger().warning(f"{how}: all is forgotten")

    def _forget(self) -> None:
        if self._stage is not None:
            now_ns = self._now_ns()
            self._calls.forget(now_ns)
            self._inputs.reset()
            self._images.reset(now_ns)

    def _on_reset(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._forget()
        response.success, response.message = True, "the policy has forgotten all observations"
        return response

    def _tick(self) -> None:
        assert self._stage is not None
        self._jumps.look(self._now_ns())
        self._settings.apply()
        work = self._calls.tick(self._now_ns(), self._surroundings())
        if isinstance(work, Job):
            self._thread.submit(work)
        self._tell(work if isinstance(work, Answer) else None)

    def _on_inferred(self, outcome: Outcome) -> None:
        assert self._stage is not None
        self._tell(self._calls.absorb(outcome, self._now_ns()))

    def _tell(self, answer: Answer | Failed | None) -> None:
        self._heartbeat.look()
        if answer is not None:
            self._topics.publish(answer)
        if self._stage is not None and self._stage.complaint:
            self.get_logger().warning(self._stage.complaint, throttle_duration_sec=COMPLAINT_PERIOD_S)

    def _complain(self, complaint: str) -> None:
        if self._stage is not None:
            self._calls.complain(complaint)


def main() -> None:
    """Run the policy."""
    run_node(PolicyNode)


if __name__ == "__main__":
    main()
