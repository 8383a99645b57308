"""The embedded robot: MuJoCo at 1 kHz behind Polymetis's two ports, and the truth for those who judge."""

import contextlib
import gc
import queue
import sys
import threading
from collections.abc import Callable

from geometry_msgs.msg import PoseStamped
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from std_msgs.msg import Header
from std_srvs.srv import Trigger

from diffpol_ros.core.errors import DiffpolError, RobotError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.nodes.diagnostics import Report
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.messages import to_pose_stamped, to_stamp
from diffpol_ros.nodes.quality import EVENTS, STATES
from diffpol_ros.twin.gripper_server import GripperServer
from diffpol_ros.twin.realtime import RealtimePlant, Snapshot
from diffpol_ros.twin.scene import BLOCK, qpos_names
from diffpol_ros.twin.server import PolymetisServer
from diffpol_ros.twin.settings import TwinSettings
from diffpol_ros.twin.simulation import Simulation

# A gRPC thread may keep the interpreter this long from the thread that ticks [s].
SWITCH_INTERVAL = 0.0005
CLOCK_RATE = 100.0
WATCH_PERIOD = 0.5


class TwinNode(StageNode[TwinSettings]):
    """Three threads: one ticks, one publishes what it leaves in a queue, one serves ROS; gRPC has its own."""

    parameters_kind = TwinSettings
    live_parameters = ("seed",)

    def __init__(self) -> None:
        """Create the node; the world is built when it is configured."""
        super().__init__("twin")
        self._plant: RealtimePlant | None = None
        self._outbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._courier: threading.Thread | None = None
        self._taken = contextlib.ExitStack()

    def configure(self) -> None:
        """Build the world, take the two ports and offer the truth."""
        sys.setswitchinterval(SWITCH_INTERVAL)
        simulation = Simulation(self.parameters, self.parameters.seed)
        self._names = qpos_names(simulation.model)
        self._plant = RealtimePlant(simulation, self.parameters.speed)
        self._take_ports(self._plant, simulation.description)
        self._offer_truth(self._plant)
        reset = self.create_service(Trigger, "twin/reset", self._on_reset)
        self._taken.callback(self.destroy_service, reset)
        watch = self.create_timer(WATCH_PERIOD, self._on_watch)
        self._taken.callback(self.destroy_timer, watch)

    def activate(self) -> None:
        """Let time run and answer on the ports."""
        assert self._plant is not None
        # What exists now stays: a collector that looked through it would keep the robot from its ticks.
        gc.collect()
        gc.freeze()
        self._courier = threading.Thread(target=self._deliver, name="twin-courier", daemon=True)
        self._courier.start()
        self._plant.start()
        for server in self._servers:
            server.start()

    def deactivate(self) -> None:
        """Stop time; the ports stay taken."""
        if self._plant is not None:
            self._plant.stop()
            gc.unfreeze()
        if self._courier is not None:
            self._outbox.put(None)
            self._courier.join()
            self._courier = None

    def cleanup(self) -> None:
        """Free the ports and what was offered."""
        self._plant = None
        self._taken.close()

    def report(self) -> Report:
        """Say how well real time was kept."""
        if self._plant is None:
            return Report.error("not configured")
        pace = self._plant.statistics
        values = {
            "ticks": pace.ticks,
            "overruns": pace.overruns,
            "skipped": pace.skipped,
            "worst_delay_ms": pace.worst_delay_ns * 1e-6,
        }
        if self._plant.failure is not None:
            return Report.error(f"stopped ticking: {self._plant.failure}", values)
        return Report.warn("lost time", values) if pace.skipped else Report.ok("ticking", values)

    def _take_ports(self, plant: RealtimePlant, description: RobotDescription) -> None:
        arm = PolymetisServer(plant, description, self.parameters.arm_port)
        self._taken.callback(arm.stop)
        hand = GripperServer(plant, self.parameters.gripper_port)
        self._taken.callback(hand.stop)
        self._servers = (arm, hand)
        plant.serve(arm.on_tick, arm.on_reset)

    def _offer_truth(self, plant: RealtimePlant) -> None:
        scene = self.create_publisher(JointState, "twin/scene", STATES)
        block = self.create_publisher(PoseStamped, f"twin/truth/{BLOCK}", STATES)
        self._taken.callback(self.destroy_publisher, scene)
        self._taken.callback(self.destroy_publisher, block)
        self._send_every(plant, self.parameters.scene_rate, lambda snapshot: scene.publish(self._scene(snapshot)))
        self._send_every(plant, self.parameters.truth_rate, lambda snapshot: block.publish(self._block(snapshot)))
        if self.parameters.speed != 1.0:
            clock = self.create_publisher(Clock, "/clock", EVENTS)
            self._taken.callback(self.destroy_publisher, clock)
            self._send_every(
                plant, CLOCK_RATE, lambda snapshot: clock.publish(Clock(clock=to_stamp(snapshot.stamp_ns)))
            )

    def _send_every(self, plant: RealtimePlant, rate: float, send: Callable[[Snapshot], None]) -> None:
        """Let the courier, not the thread that ticks, call `send` at `rate` [Hz] of simulated time."""
        plant.listen(rate, lambda snapshot: self._outbox.put(lambda: send(snapshot)))

    def _deliver(self) -> None:
        while (send := self._outbox.get()) is not None:
            send()

    def _scene(self, snapshot: Snapshot) -> JointState:
        header = Header(stamp=to_stamp(snapshot.stamp_ns), frame_id=self.parameters.frame)
        return JointState(header=header, name=self._names, position=snapshot.qpos.tolist())

    def _block(self, snapshot: Snapshot) -> PoseStamped:
        return to_pose_stamped(snapshot.block, snapshot.stamp_ns, self.parameters.frame)

    def _on_reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        seed = self.get_parameter("seed").get_parameter_value().integer_value
        try:
            assert self._plant
            self._plant.reset(seed)
            response.success, response.message = True, f"home, with the block of seed {seed}"
        except DiffpolError as error:
            response.success, response.message = False, str(error)
        return response

    def _on_watch(self) -> None:
        if self._plant is not None and self._plant.failure is not None:
            self.failure = RobotError(f"twin: stopped ticking: {self._plant.failure!r}")
            self.get_logger().fatal(str(self.failure))
            raise self.failure


def main() -> None:
    """Run the node."""
    run_node(TwinNode)


if __name__ == "__main__":
    main()
