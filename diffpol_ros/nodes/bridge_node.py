"""Action chunks in, joint targets to the robot; the deadman of the graph."""

import gc
import sys
import traceback

from rclpy.clock import Clock as RclClock
from rclpy.clock import ClockType
from rclpy.timer import Timer

from diffpol_ros.bridge.bridge import Tick
from diffpol_ros.bridge.building import Clocks, machine_clocks
from diffpol_ros.bridge.recorded import recorded_bridge
from diffpol_ros.bridge.setup import bridge_setup
from diffpol_ros.control.loop_timing import LoopTiming
from diffpol_ros.control.loop_watch import LoopWatch
from diffpol_ros.control.verdict import Hold, Stop, Verdict
from diffpol_ros.core.clock import SteadyClock
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.nodes.bridge_inputs import BridgeInputs
from diffpol_ros.nodes.bridge_loop import BridgeLoop, Work, claim_priority
from diffpol_ros.nodes.bridge_pace import Pace, ReleasedPace, SteadyPace
from diffpol_ros.nodes.bridge_parameters import BridgeParameters
from diffpol_ros.nodes.bridge_report import bridge_report
from diffpol_ros.nodes.bridge_services import BridgeServices
from diffpol_ros.nodes.bridge_topics import BridgeTopics
from diffpol_ros.nodes.diagnostics import Report
from diffpol_ros.nodes.journal_topic import JournalTopic
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.ros_clock import RosClock
from diffpol_ros.robots.backends import open_robot

COMPLAINT_PERIOD_S = 2.0
WATCH_PERIOD_S = 0.02
PUBLISHER_PERIOD_S = 0.1
# The executor's thread may keep the interpreter this long from the one that ticks [s].
SWITCH_INTERVAL_S = 0.0005
NEVER_S = 1e6
DEACTIVATED = Stop("deactivated", "the bridge node was deactivated")


class BridgeNode(StageNode[BridgeParameters]):
    """It ticks in a thread of its own; the executor's hears, and watches over that; a third waits for what is asked."""

    parameters_kind = BridgeParameters

    def __init__(self) -> None:
        """Create the node; the robot is looked for when it is active."""
        super().__init__("bridge")
        self._steady = SteadyClock()
        self._timing = LoopTiming()
        self._verdict: Verdict = Hold("not_active", "not active")
        self._timers_on: list[Timer] = []
        self._topics: BridgeTopics | None = None
        self._loop = BridgeLoop(self._tick, self._on_defect)

    def configure(self) -> None:
        """Read the robot's description and connect to the graph."""
        self._description = load_robot_description(self.parameters.robot)
        settings = self.parameters.follower(self._description.name)
        setup = bridge_setup(self._description, settings, self.parameters.policy_silence)
        robot, clocks = open_robot(self._description, self.parameters.address), self._clocks()
        self._watch = LoopWatch(self.parameters.maximum_state_age, self.parameters.maximum_state_silence)
        self._busy = LoopWatch(self.parameters.maximum_state_age, NEVER_S)
        self._bridge = recorded_bridge(setup, robot, clocks)
        self._journal = JournalTopic(self, self._bridge.journal, "bridge/journal")
        self._topics = BridgeTopics(self, self._description, self._bridge.follower.kinematics)
        self._inputs = BridgeInputs(self, self._bridge, self._loop, self._description.base_frame, clocks.steady)
        self._asked = BridgeServices(self, self._bridge, self._run_watched, self._inputs.require_one_publisher)

    def activate(self) -> None:
        """Start the loop."""
        # What exists now stays: the collector need not look through it while the arm moves.
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        steady = RclClock(clock_type=ClockType.STEADY_TIME)
        self._timers_on = [
            self.create_timer(WATCH_PERIOD_S, self._watch_loop, clock=steady),
            self.create_timer(PUBLISHER_PERIOD_S, self._inputs.check_publishers, clock=steady),
        ]
        self._loop.start(self._pace(), self._claim_priority)

    def deactivate(self) -> None:
        """End the controller: the robot holds where it is."""
        if self._timers_on:
            while self._timers_on:
                self.destroy_timer(self._timers_on.pop())
            self._bridge.condemn(DEACTIVATED)
            if not self._loop.stop():
                self.get_logger().error("a call to the robot does not return; its controller is ended beside it")
            self._bridge.stop(DEACTIVATED.name, DEACTIVATED.reason)
            gc.unfreeze()

    def cleanup(self) -> None:
        """Hang up and leave the graph."""
        if self._topics is None:
            return
        self._topics.close()
        self._topics = None
        self._bridge.close()
        self._journal.close()
        self._asked.close()
        self._inputs.close()

    def report(self) -> Report:
        """Say what the gate says, how evenly the loop runs and what was refused."""
        return bridge_report(self._bridge, self._timing, self._verdict)

    def _clocks(self) -> Clocks:
        """Return those of the machine, or that of the simulation."""
        simulated = RosClock(self.get_clock())
        return Clocks(simulated, simulated, self._steady) if self.simulated else machine_clocks()

    def _claim_priority(self) -> None:
        refused = claim_priority(self.parameters.realtime_priority)
        if refused:
            self.get_logger().warning(refused)

    def _pace(self) -> Pace:
        if not self.simulated:
            return SteadyPace(self.parameters.period)
        pace = ReleasedPace()
        self._timers_on.append(self.create_timer(self.parameters.period, pace.release, clock=self.loop_clock()))
        return pace

    def _run_watched(self, work: Work) -> None:
        """Do in the loop what may take long, and let the gate's topic say meanwhile that the robot has not answered."""

        def watched() -> None:
            self._busy.began(self._steady.now_ns())
            try:
                work()
            finally:
                self._busy.ended()

        self._loop.run(watched)

    def _tick(self) -> None:
        began_ns = self._steady.now_ns()
        self._timing.tick(began_ns)
        self._watch.began(began_ns)
        tick = self._bridge.tick()
        self._publish(tick)
        self._bridge.settle()
        self._watch.ended()
        self._bridge.journal.write()

    def _on_defect(self, error: Exception) -> None:
        """Stop the arm for a mistake of ours, and tell it whole."""
        self.get_logger().error(traceback.format_exc(), throttle_duration_sec=COMPLAINT_PERIOD_S)
        self._watch.ended()
        why = f"a defect, see the log: {type(error).__name__}: {error}"
        # One that comes at each tick counts once: else no reset would ever be heard.
        stop = self._bridge.stops.pending or self._bridge.condemn(Stop("defect", why))
        self._loop.post(self._bridge.settle)
        self._publish(Tick(self._bridge.now_ns, None, stop))

    def _publish(self, tick: Tick) -> None:
        assert self._topics is not None
        if tick.state is not None:
            self._topics.state(tick.state)
        self._topics.verdict(tick.verdict, tick.now_ns)
        self._tell(tick.verdict)

    def _watch_loop(self) -> None:
        """Say what becomes of an arm whose robot does not answer while the loop waits for it."""
        self._loop.check()
        verdict = self._topics.verdict_beside(self._overdue) if self._topics is not None else None
        if verdict is not None:
            self._tell(verdict)

    def _overdue(self) -> tuple[Verdict, int] | None:
        """Return what becomes of a call that hangs, and when, if one does."""
        now_ns = self._steady.now_ns()
        overdue = self._watch.overdue(now_ns) or self._busy.overdue(now_ns)
        return (self._bridge.overdue(overdue), self._bridge.now_ns) if overdue is not None else None

    def _tell(self, verdict: Verdict) -> None:
        if isinstance(verdict, Stop) and verdict != self._verdict:
            self.get_logger().error(f"stopped: {verdict.reason}")
        elif not self._bridge.link.connected:
            self.get_logger().warning(self._bridge.link.complaint, throttle_duration_sec=COMPLAINT_PERIOD_S)
        self._verdict = verdict


def main() -> None:
    """Run the bridge."""
    run_node(BridgeNode)


if __name__ == "__main__":
    main()
