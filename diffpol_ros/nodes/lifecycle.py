"""The life of every node: parameters, configure, activate, diagnostics, and an exit that says why."""

import sys
import traceback
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.executors import Executor, ExternalShutdownException
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.signals import SignalHandlerOptions

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.graph.own_ports import own_ports
from diffpol_ros.nodes.diagnostics import Diagnostics, Report
from diffpol_ros.nodes.ending import Ending, ending
from diffpol_ros.nodes.parameters import load_parameters
from diffpol_ros.nodes.quick_executor import quick_executor

Parameters = TypeVar("Parameters")


class StageNode(LifecycleNode, Generic[Parameters]):
    """A lifecycle node over one stage; subclasses fill in `configure`, `activate`, `deactivate`, `cleanup`.

    `parameters` is a frozen dataclass from `configure` on. A DiffpolError in a hook fails the transition and is
    kept in `failure`.
    """

    parameters_kind: type[Parameters]
    live_parameters: tuple[str, ...] = ()
    """Parameters that may be set while the node runs; all others are read-only."""

    def __init__(self, name: str) -> None:
        """Create the node, unconfigured; parameters are read when it is configured."""
        super().__init__(name)
        self.failure: DiffpolError | None = None
        self.parameters: Parameters
        self._diagnostics: Diagnostics | None = None
        self.declare_parameter("autostart", True)

    def configure(self) -> None:
        """Build the stage, the publishers and the subscriptions."""

    def activate(self) -> None:
        """Start timers and threads."""

    def deactivate(self) -> None:
        """Stop timers and threads; must be safe to call twice."""

    def cleanup(self) -> None:
        """Release what `configure` took; must be safe to call twice."""

    def report(self) -> Report:
        """Return what /diagnostics says of this node now."""
        return Report.ok("running")

    @property
    def simulated(self) -> bool:
        """Whether this node lives on /clock (use_sim_time)."""
        return bool(self.get_parameter("use_sim_time").value)

    def loop_clock(self) -> Clock:
        """Return what a loop is timed with: a clock that never jumps, or /clock where the node is simulated."""
        return self.get_clock() if self.simulated else Clock(clock_type=ClockType.STEADY_TIME)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Read the parameters and configure; what was taken before it failed is released."""
        result = self._attempt(self._configure_all)
        if result != TransitionCallbackReturn.SUCCESS:
            self._attempt(self._release)
        return result

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start running."""
        super().on_activate(state)
        return self._attempt(self.activate)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop running."""
        self.deactivate()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Return to unconfigured."""
        self._release()
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop and release everything."""
        self.deactivate()
        self._release()
        return TransitionCallbackReturn.SUCCESS

    def close(self) -> None:
        """Stop, release and destroy the node, whatever state it is in."""
        self.deactivate()
        self._release()
        self.destroy_node()

    def destroy_node(self) -> None:
        """Destroy the node and what rclpy forgets: the state machine keeps the node, and so DDS's participant, alive.

        Left to the garbage collector it would die under some later call, and FastDDS can hang there for ever.
        """
        super().destroy_node()
        self._state_machine.destroy_when_not_in_use()

    def _configure_all(self) -> None:
        self.parameters = load_parameters(self, self.parameters_kind, self.live_parameters)
        self.configure()
        self._diagnostics = Diagnostics(self, self.report)

    def _release(self) -> None:
        if self._diagnostics is not None:
            self._diagnostics.close()
            self._diagnostics = None
        self.cleanup()

    def _attempt(self, hook: Any) -> TransitionCallbackReturn:
        try:
            hook()
        except DiffpolError as error:
            self.failure = error
            self.get_logger().fatal(str(error))
            return TransitionCallbackReturn.FAILURE
        except Exception:  # noqa: BLE001
            # A mistake of ours: rclpy would swallow it, so it is told whole.
            self.get_logger().fatal(traceback.format_exc())
            return TransitionCallbackReturn.FAILURE
        return TransitionCallbackReturn.SUCCESS

    def make_executor(self) -> Executor:
        """Return what spins this node where it has a process of its own."""
        return quick_executor(self.context)

    def start(self) -> None:
        """Configure and activate, or raise what prevented it."""
        for trigger in (self.trigger_configure, self.trigger_activate):
            if trigger() != TransitionCallbackReturn.SUCCESS:
                raise self.failure or DiffpolError(f"{self.get_name()}: could not start; the log above says why")


def run_node(kind: Callable[[], StageNode[Any]], arguments: list[str] | None = None) -> None:
    """Run one node until SIGINT, SIGTERM or SIGHUP; exit with 1 and the reason where it cannot run."""
    with ending() as end:
        _run(kind, arguments, end)


def _run(kind: Callable[[], StageNode[Any]], arguments: list[str] | None, end: Ending) -> None:
    node = executor = None
    try:
        with own_ports():
            rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
            node = kind()
        if node.get_parameter("autostart").value:
            node.start()
        executor = node.make_executor()
        # The events executor has taken the signals over.
        end.take_signals()
        executor.add_node(node)
        end.spin(executor, node.context)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except DiffpolError as error:
        if node is None or node.failure is None:
            print(f"{kind.__name__}: {error}", file=sys.stderr, flush=True)
        sys.exit(1)
    finally:
        # The executor last: until they are closed, the node's threads wake it.
        if node is not None:
            node.close()
        if executor is not None:
            executor.shutdown()
        rclpy.try_shutdown()
