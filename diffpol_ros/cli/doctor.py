"""`diffpol doctor`: whether this machine can run the stack, and what to do where it cannot."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from diffpol_ros.doctor.finding import Finding, Health, worst

MARKS = {Health.WELL: "[green]  well  [/]", Health.WARNING: "[yellow]warning [/]", Health.ILL: "[red]  ILL   [/]"}
INDENT = " " * 9


@dataclass(frozen=True)
class Doctor:
    """Look at Python, ROS, cameras, drawing, priority, clocks, ports, bundles, calibration, robot; say what to do."""

    robot: str = ""
    """Also ask this robot, a name in calibration/robots; it is not moved, and no controller is started."""
    robot_host: str = ""
    """Host of the robot's servers; empty: as described."""
    arm_port: int = 0
    """Port of the arm's server; 0: as described."""
    gripper_port: int = 0
    """Port of the gripper's server; 0: as described."""

    def run(self) -> int:
        """Look; return 1 where something is ill."""
        console = Console(highlight=False)
        findings: list[Finding] = []
        for finding in self._look():
            findings.append(finding)
            console.print(f"{MARKS[finding.health]} {escape(f'{finding.thing}: {finding.what}')}", soft_wrap=True)
            if finding.cure:
                console.print(f"{INDENT}{escape(finding.cure)}", soft_wrap=True)
        counts = {health: sum(each.health is health for each in findings) for health in Health}
        console.print(f"{counts[Health.WELL]} well, {counts[Health.WARNING]} warnings, {counts[Health.ILL]} ill")
        return 1 if worst(findings) is Health.ILL else 0

    def _look(self) -> Iterator[Finding]:
        from diffpol_ros.doctor import cameras, files, machine, software

        yield machine.python()
        yield machine.processors()
        yield machine.priority()
        yield machine.clock()
        yield machine.domain()
        yield machine.shared_memory()
        yield machine.space(Path.cwd())
        with tempfile.TemporaryDirectory(prefix="diffpol-doctor-") as folder:
            yield software.ros(Path(folder))
            yield from cameras.cameras(Path(folder))
        yield software.profile()
        yield software.drawing()
        yield software.inference()
        yield from files.bundles()
        yield from files.calibrations()
        yield from self._robot()

    def _robot(self) -> Iterator[Finding]:
        if not self.robot and not self.robot_host:
            return
        from diffpol_ros.core.robot_description import load_robot_description
        from diffpol_ros.doctor.robot import robot
        from diffpol_ros.robots.backends import Address, open_robot

        description = load_robot_description(self.robot or "panda")
        yield from robot(open_robot(description, Address(self.robot_host, self.arm_port, self.gripper_port)))
