"""The policy beats steadily, also while it infers, and says at once why it must not be followed."""

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray

from diffpol_ros.control.policy_watch import Heartbeat
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import BundleError
from diffpol_ros.core.process_life import process_name
from diffpol_ros.estimation.sight import Sight
from diffpol_ros.nodes import object_status, policy_node
from diffpol_ros.nodes.heartbeat import TOPIC, from_heartbeat_message
from diffpol_ros.nodes.messages import from_stamp
from diffpol_ros.nodes.quality import EVENTS
from diffpol_ros.policy.runner import PolicyRunner
from tests.nodes.policy_graph import DEADLINE_S, FRAME, Graph
from tests.tiny_policy import write_tiny_bundle

pytestmark = pytest.mark.ros


class Listener:
    """Keeps every heartbeat and when it was sent [ns]."""

    def __init__(self, graph: Graph) -> None:
        self.beats: list[Heartbeat] = []
        self.stamps_ns: list[int] = []
        graph.surroundings.create_subscription(DiagnosticArray, TOPIC, self._hear, EVENTS)

    def _hear(self, message: DiagnosticArray) -> None:
        self.beats.append(from_heartbeat_message(message))
        self.stamps_ns.append(from_stamp(message.header.stamp))

    def says(self, reason: str) -> bool:
        return bool(self.beats) and reason in self.beats[-1].reason

    @property
    def fit(self) -> bool:
        return bool(self.beats) and self.beats[-1].fit


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Graph]:
    made = Graph(write_tiny_bundle(tmp_path / "tiny"))
    yield made
    made.close()


@pytest.fixture
def listener(graph: Graph) -> Listener:
    return Listener(graph)


def test_it_names_its_verified_bundle_and_is_fit_once_it_sees(graph: Graph, listener: Listener) -> None:
    graph.policy.start()
    graph.spin_until(lambda: listener.fit)
    beat = listener.beats[-1]
    assert (beat.model, beat.robot, beat.base_frame, beat.step_s) == ("tiny", "panda", FRAME, 0.1)
    assert len(beat.digest) == 64 and len(beat.instance) == 16
    graph.policy.trigger_deactivate()
    graph.spin_until(lambda: listener.says("inactive"))


def test_it_beats_while_an_inference_runs(graph: Graph, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, let = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        begun.set()
        let.wait(DEADLINE_S)

    monkeypatch.setattr(PolicyRunner, "infer", hang)
    graph.policy.start()
    graph.spin_until(begun.is_set)
    listener.beats.clear()
    listener.stamps_ns.clear()
    graph.spin_until(lambda: len(listener.beats) >= 20)
    let.set()
    assert all(beat.fit for beat in listener.beats[-10:])
    assert listener.stamps_ns[-1] - listener.stamps_ns[-11] < to_ns(0.04 * 10 * 3)


def test_a_refused_bundle_is_told_before_the_process_ends(
    graph: Graph, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BundleError("denoiser.onnx: sha256 differs")

    monkeypatch.setattr(policy_node, "load_policy", refuse)
    with pytest.raises(BundleError):
        graph.policy.start()
    graph.spin_until(lambda: listener.says("sha256 differs"))
    assert (listener.beats[-1].model, listener.beats[-1].digest) == ("tiny", "")


def test_lost_robot_states_are_told(graph: Graph, listener: Listener) -> None:
    graph.policy.start()
    graph.spin_until(lambda: listener.fit)
    graph.surroundings.offset_ns = -to_ns(0.9)
    graph.spin_until(lambda: listener.says("came out of order"))
    graph.surroundings.offset_ns = 0
    graph.spin_until(lambda: listener.fit)


def test_blind_cameras_are_told_until_one_sees(graph: Graph, listener: Listener) -> None:
    seen = graph.surroundings
    graph.policy.start()
    graph.spin_until(lambda: listener.fit)
    seen.sight = Sight({"front": "camera front is frozen"}, blind=True)
    graph.spin_until(lambda: listener.says("no camera shows anything: camera front is frozen"))
    came = len(seen.chunks)
    seen.sight = Sight({"front": "camera front is frozen"}, blind=False)
    graph.spin_until(lambda: listener.fit and len(seen.chunks) > came)


def test_estimates_are_not_acted_on_before_estimation_says_how_it_is(graph: Graph, listener: Listener) -> None:
    seen = graph.surroundings
    sight, seen.sight = seen.sight, None
    graph.policy.start()
    graph.spin_until(lambda: listener.says("objects/status has not arrived"))
    assert seen.block_stamp_ns is not None and not seen.chunks
    seen.sight = sight
    graph.spin_until(lambda: listener.fit and len(seen.chunks) > 0)


def test_a_dead_estimation_is_told_until_it_speaks(graph: Graph, listener: Listener) -> None:
    seen = graph.surroundings
    graph.policy.start()
    graph.spin_until(lambda: listener.fit)
    sight, seen.sight = seen.sight, None
    graph.spin_until(lambda: listener.says("objects/status has been silent"))
    seen.sight = sight
    graph.spin_until(lambda: listener.fit)


def test_an_estimation_whose_process_ends_is_not_waited_for(
    graph: Graph, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen(["sleep", "100"]) as estimation:
        name = process_name(estimation.pid)
        monkeypatch.setattr(object_status, "process_name", lambda: name)
        graph.policy.start()
        graph.spin_until(lambda: listener.fit)
        # What it said goes on coming, as if it had been under way: so it is not its silence that is told.
        estimation.kill()
        graph.spin_until(lambda: listener.says("the process of estimation has ended"))
    monkeypatch.undo()
    graph.spin_until(lambda: listener.fit)
