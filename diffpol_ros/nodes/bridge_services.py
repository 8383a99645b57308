"""What a person, or a conductor, may ask of the bridge; one call is answered after the other."""

from collections.abc import Callable

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
            # Not in the bridge's thread, which may wait for the robot.
            "stop": (lambda: bridge.condemn(asked), "stopped; to move again, reset and enable"),
            "reset": (lambda: run(bridge.reset), "disabled, nothing latched"),
            "recover": (lambda: run(bridge.recover), "the robot's error is cleared; to move again, reset and enable"),
            "home_gripper": (lambda: run(bridge.home_gripper), "the gripper has found its stops"),
        }
        self._services = [self._offer(name, *each) for name, each in offered.items()]

    def close(self) -> None:
        """Offer nothing any more."""
        while self._services:
            self._node.destroy_service(self._services.pop())

    def _enable(self, bridge: Bridge) -> None:
        self._check()
        self._run(bridge.enable)

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

        return self._node.create_service(Trigger, f"bridge/{name}", answer)
