"""The twin as a runner: the whole graph for each trial, judged by the ground truth."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from diffpol_ros.cli.signals import Ending
from diffpol_ros.core.errors import RobotError
from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.command import ros_environment
from diffpol_ros.graph.description import twin_graph
from diffpol_ros.graph.joining import join_graph
from diffpol_ros.graph.ports import free_domain, free_ports
from diffpol_ros.graph.supervisor import Supervisor
from diffpol_ros.robots.base import ControllerStopped, RobotFrozen, RobotUnreachable
from diffpol_ros.trials.lift import Outcome
from diffpol_ros.trials.runner import Assignment, Attempt

ROBOT_GONE = (RobotUnreachable.name, RobotFrozen.name, ControllerStopped.name)


class TwinRunner:
    """Starts the nodes anew for each trial, so that nothing of one policy is left for the next."""

    def __init__(self, ending: Ending, chosen: LaunchArguments) -> None:
        """Run every trial as `chosen`, end when `ending` is asked for; the ledger tells of a speed that is not 1."""
        self._ending, self._chosen = ending, chosen
        self.name = "ground truth" if chosen.speed == 1.0 else f"ground truth, the twin at speed {chosen.speed:g}"
        # The DDS library keeps the domain it was loaded with: one for all trials of this process.
        self._stack = ExitStack()
        self._domain = self._stack.enter_context(free_domain())

    def close(self) -> None:
        """Let go of the domain."""
        self._stack.close()

    def run(self, assignment: Assignment) -> Attempt:
        """Run one episode; nothing of the graph is left afterwards."""
        logs = assignment.folder / "logs"
        graph = twin_graph(launch_arguments(assignment, self._chosen))
        environment = ros_environment(logs, self._domain)
        os.environ.update(environment)
        join_graph()
        with Supervisor(graph, logs, environment) as supervisor:

            def health() -> None:
                self._ending.check()
                supervisor.check()

            outcome = _episode(assignment.condition.seed, health)
            died = len(supervisor.incidents)
        require_a_robot(outcome)
        reason = outcome.reason + (f"; {died} times a node had died" if died else "")
        return Attempt(outcome.success, reason, outcome.duration_s, assignment.folder / "bag")


def require_a_robot(outcome: Outcome) -> None:
    """Raise RobotError where the gate stopped the arm for what is not the policy's doing: the trial does not count."""
    if outcome.stop in ROBOT_GONE:
        raise RobotError(f"{outcome.reason}; the robot was gone, so the trial does not count: let nothing else run")


def launch_arguments(assignment: Assignment, chosen: LaunchArguments) -> LaunchArguments:
    """Return `chosen` with free ports, the trial's seed and folder, and the policy's neutral path."""
    arm_port, gripper_port = free_ports(2)
    return replace(
        chosen,
        model=assignment.policy.name,
        models=str(assignment.policy.parent),
        arm_port=arm_port,
        gripper_port=gripper_port,
        bag_folder=str(assignment.folder / "bag"),
        seed=assignment.condition.seed,
    )


def _episode(seed: int, health: Callable[[], None]) -> Outcome:
    # Imported here: the DDS library reads the environment when it is loaded.
    from diffpol_ros.nodes.conductor import Conductor
    from diffpol_ros.nodes.session import ros_node

    with ros_node("conductor") as node:
        conductor = Conductor(node, health=health)
        try:
            conductor.wait_for_graph()
            (outcome,) = conductor.run((seed,))
            return outcome
        finally:
            conductor.close()
