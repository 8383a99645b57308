"""Episodes through the services of a graph that only pretends."""

import time
from collections.abc import Iterator

import pytest

rclpy = pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue  # noqa: E402
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped  # noqa: E402
from rclpy.context import Context  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402

from diffpol_ros.control.policy_watch import Heartbeat  # noqa: E402
from diffpol_ros.core.errors import DiffpolError, RobotError  # noqa: E402
from diffpol_ros.nodes import conductor as module  # noqa: E402
from diffpol_ros.nodes.conductor import TRIGGERS, Conductor  # noqa: E402
from diffpol_ros.nodes.heartbeat import to_heartbeat_message  # noqa: E402
from diffpol_ros.nodes.quality import EVENTS, STATES  # noqa: E402
from diffpol_ros.nodes.session import ros_node  # noqa: E402
from diffpol_ros.nodes.spinner import Spinner  # noqa: E402
from diffpol_ros.trials.lift import LiftTask  # noqa: E402

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros")]
TASK = LiftTask(height=0.10, hold_s=0.1, limit_s=1.0)


class PretendGraph(Node):
    """Answers every service; once enabled, the block rises unless `lifts` is false."""

    def __init__(self, context: Context) -> None:
        super().__init__("twin", context=context)
        self.calls: list[str] = []
        self.refusal = ""
        self.refusals = 0
        self.lifts = True
        self.stop_reason = ""
        self.truth_flows = True
        self.unfit_beats = 0
        self.fit_when_enabled: list[bool] = []
        self._height = 0.03
        self._enabled = False
        self.declare_parameter("seed", 0)
        for name in TRIGGERS:
            self.create_service(Trigger, name, lambda _, response, name=name: self._answer(name, response))
        self._truth = self.create_publisher(PoseStamped, "twin/truth/block", STATES)
        self._estimate = self.create_publisher(PoseWithCovarianceStamped, "objects/block/pose", EVENTS)
        self._gate = self.create_publisher(DiagnosticArray, "gate", EVENTS)
        self._beat = self.create_publisher(DiagnosticArray, "policy/status", EVENTS)
        self.create_timer(0.01, self._tick)

    def _answer(self, name: str, response: Trigger.Response) -> Trigger.Response:
        self.calls.append(f"{name} {self.get_parameter('seed').value}")
        if name == "bridge/enable":
            self.fit_when_enabled.append(not self.unfit_beats)
        if name == "twin/reset":
            self._height = 0.03
        if name.startswith("bridge/"):
            self._enabled = name == "bridge/enable"
        refused = name == self.refusal
        if name == "bridge/enable" and self.refusals:
            self.refusals, self._enabled, refused = self.refusals - 1, False, True
        response.success, response.message = not refused, "not today"
        return response

    def _tick(self) -> None:
        stamp = self.get_clock().now().to_msg()
        if self._enabled and self.lifts:
            self._height = min(0.2, self._height + 0.01)
        truth, estimate = PoseStamped(), PoseWithCovarianceStamped()
        truth.header.stamp = estimate.header.stamp = stamp
        truth.pose.position.z = self._height
        if self.truth_flows:
            self._truth.publish(truth)
        self._estimate.publish(estimate)
        beat = Heartbeat("1", "block_lift", "", "panda", "", 0.1, not self.unfit_beats, "no objects/status yet")
        self._beat.publish(to_heartbeat_message(beat, "policy", self.get_clock().now().nanoseconds))
        self.unfit_beats = max(0, self.unfit_beats - 1)
        gate = DiagnosticArray()
        gate.header.stamp = stamp
        stopped = self._enabled and self.stop_reason
        said = f"STOP: {self.stop_reason}" if stopped else "COMMAND"
        gate.status = [DiagnosticStatus(message=said, values=[KeyValue(key="name", value="velocity")])]
        self._gate.publish(gate)


@pytest.fixture
def graph() -> Iterator[PretendGraph]:
    context = Context()
    rclpy.init(context=context, args=[])
    node = PretendGraph(context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    spinner = Spinner(executor, "pretend graph")
    spinner.start()
    yield node
    spinner.close()
    node.destroy_node()
    rclpy.shutdown(context=context)


@pytest.fixture
def conductor(graph: PretendGraph, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conductor]:
    assert not graph.calls
    monkeypatch.setattr(module, "TRUTH_DEADLINE_S", 1.0)
    monkeypatch.setattr(module, "SETTLE_S", 0.02)
    monkeypatch.setattr(module, "ENABLE_DEADLINE_S", 1.0)
    monkeypatch.setattr(module, "FIT_DEADLINE_S", 2.0)
    with ros_node("conductor") as node:
        leader = Conductor(node, TASK)
        yield leader
        leader.close()


def test_episodes_run_one_after_the_other(graph: PretendGraph, conductor: Conductor) -> None:
    conductor.wait_for_graph(20.0)
    outcomes = list(conductor.run([7, 8]))
    assert [(outcome.seed, outcome.success) for outcome in outcomes] == [(7, True), (8, True)]
    once = ["twin/reset", "estimation/reset", "bridge/reset", "bridge/enable", "policy/reset"]
    assert graph.calls == [
        "bridge/stop 0",
        *(f"{name} 7" for name in once),
        "bridge/stop 7",
        *(f"{name} 8" for name in once),
        "bridge/stop 8",
    ]


@pytest.mark.parametrize(("beats", "fit"), [(50, True), (10_000, False)])
def test_a_policy_is_given_time_to_be_fit_but_not_for_ever(
    graph: PretendGraph, conductor: Conductor, beats: int, fit: bool
) -> None:
    conductor.wait_for_graph(20.0)
    conductor.prepare(7)
    graph.unfit_beats = beats
    # One that came before may still be under way.
    time.sleep(0.1)
    assert conductor.watch(7).success and graph.fit_when_enabled == [fit]


def test_a_block_that_stays_is_a_failure(graph: PretendGraph, conductor: Conductor) -> None:
    graph.lifts = False
    conductor.wait_for_graph(20.0)
    (outcome,) = conductor.run([3])
    assert not outcome.success
    assert "time is up" in outcome.reason


def test_a_stop_of_the_gate_ends_the_episode_with_its_reason(graph: PretendGraph, conductor: Conductor) -> None:
    graph.lifts, graph.stop_reason = False, "joint 4 too fast"
    conductor.wait_for_graph(20.0)
    (outcome,) = conductor.run([3])
    assert outcome.reason == "the gate stopped the arm: joint 4 too fast"
    assert outcome.stop == "velocity"


def test_a_refusal_is_told_in_its_own_words(graph: PretendGraph, conductor: Conductor) -> None:
    graph.refusal = "bridge/enable"
    conductor.wait_for_graph(20.0)
    with pytest.raises(RobotError, match="bridge/enable refuses: not today"):
        next(conductor.run([3]))


def test_what_the_arm_lacks_at_first_is_given_time_to_come(graph: PretendGraph, conductor: Conductor) -> None:
    graph.refusals = 2
    conductor.wait_for_graph(20.0)
    (outcome,) = conductor.run([3])
    assert outcome.success
    assert sum(call.startswith("bridge/enable") for call in graph.calls) == 3


def test_a_silent_twin_is_named(graph: PretendGraph, conductor: Conductor) -> None:
    conductor.wait_for_graph(20.0)
    graph.truth_flows = False
    with pytest.raises(RobotError, match="the twin is dead or hangs"):
        next(conductor.run([3]))


def test_what_is_missing_is_named() -> None:
    with ros_node("conductor") as node:
        leader = Conductor(node, TASK)
        with pytest.raises(RobotError, match=r"lacks .*bridge/stop"):
            leader.wait_for_graph(0.3)
        leader.close()


def test_a_dead_process_ends_the_wait_at_once() -> None:
    def health() -> None:
        raise DiffpolError("node twin ended")

    with ros_node("conductor") as node:
        leader = Conductor(node, TASK, health=health)
        with pytest.raises(DiffpolError, match="node twin ended"):
            leader.wait_for_graph(20.0)
        leader.close()
