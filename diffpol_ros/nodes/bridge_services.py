"""What a person, or a conductor, may ask of the bridge; stop is heard while another call is still answered."""

from collections.abc import Callable
from functools import partial

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node
from rclpy.service import Service
from std_srvs.srv import Trigger

from diffpol_ros.control.verdict import Stop
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.nodes.bridge import Bridge

Run = Callable[[Callable[[], None]], None]


class BridgeServices:
    """bridge/enable, stop, reset, recover and home_gripper."""

    def __init__(self, node: Node, bridge: Bridge, run: Run, require_one_publisher: Callable[[], None]) -> None:
        """Offer them on `node`; `run` does a thing in the bridge's thread, and raises what that raises."""
        self._node, self._run, self._check = node, run, require_one_publisher
        asked = Stop("asked", "bridge/stop was called")
        offered: dict[str, tuple[Callable[[], object], str]] = {
            "enable": (lambda: self._enable(bridge), "the arm follows chunks observed from now on"),
            # Neither in the bridge's thread, which may wait for the robot, nor in that which waits for the bridge's.
            "stop": (lambda: bridge.condemn(asked), "stopped; to move again, reset and enable"),
            "reset": (lambda: run(partial(bridge.reset, bridge.stops.count)), "disabled, nothing latched"),
            "recover": (self._later(bridge, bridge.recover), "the robot's error is cleared; to move, reset and enable"),
            "home_gripper": (self._later(bridge, bridge.home_gripper), "the gripper has found its stops"),
        }
        self._stop_group, self._waiting_group = MutuallyExclusiveCallbackGroup(), MutuallyExclusiveCallbackGroup()
        self._services = [self._offer(name, *each) for name, each in offered.items()]

    def close(self) -> None:
        """Offer nothing any more."""
        while self._services:
            self._node.destroy_service(self._services.pop())

    def _enable(self, bridge: Bridge) -> None:
        self._check()
        self._later(bridge, bridge.enable)()

    def _later(self, bridge: Bridge, work: Callable[[], None]) -> Callable[[], None]:
        return lambda: self._run(bridge.stops.unless_later(work))

    def _offer(self, name: str, work: Callable[[], object], done: str) -> Service:
        def answer(_: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
            try:
                work()
            except DiffpolError as error:
                self._node.get_logger().warning(f"bridge/{name} refused: {error}")
                response.success, response.message = False, str(error)
            else:
                response.success, response.message = True, done
            return response

        group = self._stop_group if name == "stop" else self._waiting_group
        return self._node.create_service(Trigger, f"bridge/{name}", answer, callback_group=group)
