"""What a person, or a conductor, may ask of the bridge; stop is heard while another call is still answered."""

from collections.abc import Callable
from functools import partial

from rclpy import create_node
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.service import Service
from std_srvs.srv import Trigger

from diffpol_ros.bridge.bridge import Bridge
from diffpol_ros.control.verdict import Stop
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.nodes.spinner import Spinner

Run = Callable[[Callable[[], None]], None]


class BridgeServices:
    """bridge/enable, stop, reset, recover and home_gripper; all but stop wait, at a desk with a thread of its own."""

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
        self._desk = self._open_desk()
        self._stop = self._offer(node, "stop", *offered.pop("stop"))
        for name, each in offered.items():
            self._offer(self._desk, name, *each)
        executor = SingleThreadedExecutor(context=node.context)
        executor.add_node(self._desk)
        self._waiting = Spinner(executor, "bridge-desk")
        self._waiting.start()

    def close(self) -> None:
        """Offer nothing any more."""
        self._waiting.close()
        self._desk.destroy_node()
        self._node.destroy_service(self._stop)

    def _open_desk(self) -> Node:
        """Return a hidden node beside the bridge's: a node is spun by one executor."""
        return create_node(
            f"_{self._node.get_name()}_desk",
            context=self._node.context,
            namespace=self._node.get_namespace(),
            use_global_arguments=False,
            start_parameter_services=False,
            enable_rosout=False,
        )

    def _enable(self, bridge: Bridge) -> None:
        self._check()
        self._later(bridge, bridge.enable)()

    def _later(self, bridge: Bridge, work: Callable[[], None]) -> Callable[[], None]:
        return lambda: self._run(bridge.stops.unless_later(work))

    def _offer(self, at: Node, name: str, work: Callable[[], object], done: str) -> Service:
        def answer(_: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
            try:
                work()
            except DiffpolError as error:
                self._node.get_logger().warning(f"bridge/{name} refused: {error}")
                response.success, response.message = False, str(error)
            else:
                response.success, response.message = True, done
            return response

        # Under the name that the bridge's node was told to use for it.
        return at.create_service(Trigger, self._node.resolve_service_name(f"bridge/{name}"), answer)
