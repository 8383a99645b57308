"""Measures a robot's latency: asks, wiggles, fits, writes."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from diffpol_ros.calibrate import latency_file
from diffpol_ros.calibrate.clock_offset import clock_offset
from diffpol_ros.calibrate.following import Wiggle
from diffpol_ros.calibrate.latency import Latency as Found
from diffpol_ros.calibrate.latency import solve_latency
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.wiggling import WiggleShape
from diffpol_ros.cli.calibrate.latency import Latency
from diffpol_ros.cli.calibrate.latency_drive import SETTLE_S, BrokenOff, LatencyDrive, Step
from diffpol_ros.cli.calibrate.latency_twin import running_twin
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.resources import resource_root
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.settings import out_of_range
from diffpol_ros.robots.backends import Address, open_robot

WORTH_TELLING = 0.002
ATTEMPTS = 2
TWIN_OUTPUT = Path("results/latency-twin.yaml")
AXES = {"x": np.array([1.0, 0.0, 0.0]), "y": np.array([0.0, 1.0, 0.0]), "z": np.array([0.0, 0.0, 1.0])}


def run_latency(options: Latency) -> int:
    """Measure, print, write; return the exit code."""
    description = load_robot_description(options.robot)
    shape = WiggleShape(amplitude=options.amplitude, duration=options.duration)
    _check(shape, ("amplitude", "duration"))
    _check(FollowerSettings(rate=options.rate), ("rate",))
    with ExitStack() as stack:
        address = _address(options, stack)
        robot = open_robot(description, address)
        drive = stack.enter_context(LatencyDrive(robot, description, FollowerSettings(rate=options.rate)))
        drive.check(shape.amplitude)
        _require_consent(options, shape)
        takes = measure(drive, shape, options.wiggles)
    print("the arm is held where it is")
    offset = clock_offset([step.poll for _, steps in takes for step in steps])
    found = solve_latency([wiggle_of(drive, name, steps, offset) for name, steps in takes])
    _tell(found, offset)
    _write(options, description, found, offset)
    return 0


def measure(drive: LatencyDrive, shape: WiggleShape, wiggles: int) -> list[tuple[str, list[Step]]]:
    """Return the name of the axis and the steps of every wiggle that was not broken off."""
    drive.start()
    takes: list[tuple[str, list[Step]]] = []
    for _ in range(ATTEMPTS * wiggles):
        if len(takes) == wiggles:
            break
        name = list(AXES)[len(takes) % len(AXES)]
        try:
            takes.append((name, drive.wiggle(shape, AXES[name])))
        except BrokenOff as trouble:
            print(f"once more: {trouble}")
        print(f"  {len(takes)} of {wiggles} wiggles", end="\r", flush=True)
    print()
    return takes


def wiggle_of(drive: LatencyDrive, name: str, steps: Sequence[Step], offset: float) -> Wiggle:
    """Return the hand along the axis `name`, as sent and as measured, on this machine's clock."""
    start_ns, axis = steps[0].stamp_ns, AXES[name]
    fresh = {step.poll.stamp_ns: step.joints for step in steps}
    sent = [(step.stamp_ns, step.sent) for step in steps if step.sent is not None]
    return Wiggle(
        axis=name,
        sent_times=np.array([to_seconds(stamp_ns - start_ns) for stamp_ns, _ in sent]),
        sent=np.array([drive.kinematics.forward(joints).position @ axis for _, joints in sent]),
        times=np.array([to_seconds(stamp_ns - start_ns) - offset for stamp_ns in fresh]),
        measured=np.array([drive.kinematics.forward(joints).position @ axis for joints in fresh.values()]),
    )


def _check(settings: Any, names: Sequence[str]) -> None:
    limits = {field.name: field.metadata for field in fields(settings)}
    for name in names:
        complaint = out_of_range(getattr(settings, name), limits[name])
        if complaint:
            raise SettingsError(f"--{name} {complaint}")


def _address(options: Latency, stack: ExitStack) -> Address:
    given = Address(options.robot_host, options.arm_port, options.gripper_port)
    if not options.twin:
        return given
    if given != Address():
        raise SettingsError("--twin starts a robot of its own: leave --robot-host and the ports out, or --twin")
    return stack.enter_context(running_twin(options.robot))


def _require_consent(options: Latency, shape: WiggleShape) -> None:
    if options.twin or options.yes:
        return
    seconds = options.wiggles * (shape.duration + SETTLE_S)
    print(
        f"The hand of {options.robot} will wiggle for {seconds:.0f} s, up to {1e3 * shape.amplitude:.0f} mm to either "
        "side, along x, y and z.\nKeep clear, and keep the emergency stop at hand."
    )
    try:
        answer = input("Type yes to let it move: ")
    except EOFError:
        answer = ""
    if answer.strip().lower() != "yes":
        raise Refusal("nobody said yes: nothing was moved (for scripts: --yes)")


def _tell(found: Found, offset: float) -> None:
    print(f"transport {found.transport}: from a decided target until the arm answers")
    print(f"lag       {found.lag}: by which slow motion trails after that, as its controller lets it")
    axes = ", ".join(f"{each.axis} {1e3 * each.total:.0f}" for each in found.axes)
    print(f"together  {found.total} over {found.wiggles} wiggles (along {axes} ms), {found.explained:.2%} explained")
    if abs(offset) > WORTH_TELLING:
        print(f"the robot's clock is {1e3 * offset:.1f} ms ahead of this machine's: synchronise them (chrony)")


def _write(options: Latency, description: RobotDescription, found: Found, offset: float) -> None:
    own = resource_root() / latency_file.FOLDER / f"{description.name}.yaml"
    output = options.output or (TWIN_OUTPUT if options.twin else own)
    measured = latency_file.MeasuredLatency(
        robot=description.name,
        backend=description.backend.kind,
        address="twin" if options.twin else options.robot_host or "as described",
        date=options.date or time.strftime("%Y-%m-%d"),
        rate=options.rate,
        wiggles=found.wiggles,
        transport=found.transport.mean,
        transport_deviation=found.transport.deviation,
        lag=found.lag.mean,
        lag_deviation=found.lag.deviation,
        total=found.total.mean,
        axes=tuple(each.axis for each in found.axes),
        axis_totals=tuple(each.total for each in found.axes),
        total_half=found.total.half,
        clock_offset=offset,
    )
    latency_file.write_latency(measured, output)
    print(f"written: {output}")
    print(f"for command_lead at {options.rate:g} Hz: {measured.lead(options.rate):.4f} s, each target's hold included")
