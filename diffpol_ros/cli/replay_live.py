"""`diffpol replay BAG --live`: the bag to live nodes on its own time, then how what they said compares."""

import math
import subprocess
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from diffpol_ros.cli.replay import Replay
from diffpol_ros.cli.replay_run import find_bag
from diffpol_ros.cli.signals import Ending, orderly_exit
from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.graph.arguments import ReplayArguments
from diffpol_ros.graph.command import ros_environment
from diffpol_ros.graph.description import replay_graph
from diffpol_ros.graph.ports import free_domain
from diffpol_ros.graph.supervisor import NodeFailure, Supervisor
from diffpol_ros.replay.about import read_about
from diffpol_ros.replay.agreement import (
    COMPARABLE_NS,
    ChunkAgreement,
    EstimateAgreement,
    compare_chunks,
    compare_estimates,
)
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.gathering import load_run
from diffpol_ros.replay.played_topics import played_topics
from diffpol_ros.replay.series import Run
from diffpol_ros.replay.tape import Tape

LOOK_S = 0.1
ONLY_OFFLINE = ("stages", "check", "params", "robot", "calibration", "report")
SILENT = 1
NO_IMAGES = "the bag has no images: what estimation said then is played in its place"
OWN_TIME = "live nodes take their own time: that is no fault; `diffpol replay` without --live compares bit by bit"


@dataclass(frozen=True)
class Plan:
    """What is played, and to whom. duration_s: of the whole bag."""

    arguments: ReplayArguments
    duration_s: float


def run_live(asked: Replay, console: Console | None = None) -> int:
    """Play the bag to its end; return 0, or 1 where the policy said nothing."""
    console = console or Console(highlight=False)
    _refuse_what_is_offline_only(asked)
    bag, folder = find_bag(asked.run_or_bag), _output_folder(asked)
    with orderly_exit() as ending:
        with console.status("reading the bag"):
            plan = plan_of(asked, bag, folder)
        if plan.arguments.estimates != "live":
            console.print(NO_IMAGES, style="yellow")
        _run_graph(asked, plan, folder, console, ending)
        with console.status("comparing"):
            then, now = load_run(BagReader(bag), asked.namespace), load_run(BagReader(folder / "bag"))
    _tell(then, now, plan, console)
    console.print(f"{folder}: what was said, as a bag, and the nodes' logs", markup=False, soft_wrap=True)
    return 0 if now.chunks or not then.chunks else SILENT


def plan_of(asked: Replay, bag: Path, folder: Path) -> Plan:
    """Return how `bag` is played: by the nodes' own parameters of then, where the bag tells them."""
    tape = Tape(bag)
    contents = tape.contents()
    images = played_topics(contents, asked.namespace).images
    arguments = ReplayArguments(
        **_recorded_choices(bag, asked.namespace, asked.model),
        bag=str(bag),
        bag_namespace=asked.namespace,
        estimates="live" if images else "recorded",
        start=asked.start,
        speed=asked.speed,
        bag_folder=str(folder / "bag"),
    )
    return Plan(arguments, to_seconds(contents.duration_ns))


def _refuse_what_is_offline_only(asked: Replay) -> None:
    defaults = {field.name: field.default for field in fields(Replay)}
    wrong = [name for name in ONLY_OFFLINE if getattr(asked, name) != defaults[name]]
    if wrong:
        raise SettingsError(f"--{wrong[0]} is for a replay without ROS: leave it out, or --live")


def _output_folder(asked: Replay) -> Path:
    folder = (asked.output or Path("results") / time.strftime("replay-%Y%m%d-%H%M%S")).absolute()
    if folder.exists() and any(folder.iterdir()):
        raise ResourceError(f"{folder}: is not empty; give another folder with --output")
    return folder


def _recorded_choices(bag: Path, namespace: str, model: str = "") -> dict[str, Any]:
    """Return which policy, robot, cameras and objects the nodes had, where the bag tells; `model` in its place."""
    about = read_about(BagReader(bag), namespace)
    nodes = {name.rsplit("/", 1)[-1]: told for name, told in (about.nodes if about else {}).items()}
    policy, estimation = nodes.get("policy", {}), nodes.get("estimation", {})
    told = {name: policy[name] for name in ("model", "robot") if policy.get(name)}
    told |= {name: tuple(estimation[name]) for name in ("cameras", "objects") if estimation.get(name)}
    folder = policy.get("models")
    if model and Path(model).is_dir():
        chosen = Path(model).absolute()
        return {**told, "models": str(chosen.parent), "model": chosen.name}
    if model:
        return {**told, "model": model}
    return {**told, "models": folder} if folder and Path(folder).is_dir() else told


def _run_graph(asked: Replay, plan: Plan, folder: Path, console: Console, ending: Ending) -> None:
    """Let the bag be played to its end; nothing of the graph is left afterwards."""
    with ExitStack() as stack:
        domain = asked.domain or stack.enter_context(free_domain())
        logs = folder / "logs"
        supervisor = stack.enter_context(Supervisor(replay_graph(plan.arguments), logs, ros_environment(logs, domain)))
        seen = f"{plan.duration_s - asked.start:.1f} s at speed {asked.speed:g}"
        told = f"playing {seen} once the nodes run (ROS_DOMAIN_ID={domain}); Ctrl-C ends it"
        stack.enter_context(console.status(told))
        player = supervisor.process("player")
        while player.poll() != 0:
            ending.check()
            try:
                supervisor.check()
            except NodeFailure:
                # That it has come to its end may be noticed there first.
                if player.poll() != 0:
                    raise
            while supervisor.incidents:
                console.print(escape(supervisor.incidents.pop(0)), style="yellow")
            with suppress(subprocess.TimeoutExpired):
                player.wait(LOOK_S)


def _tell(then: Run, now: Run, plan: Plan, console: Console) -> None:
    estimates = compare_estimates(then, now) if plan.arguments.estimates == "live" else ()
    told = [*map(_told_of_estimates, estimates), _told_of_chunks(compare_chunks(then, now)), OWN_TIME]
    for line in told:
        console.print(line, markup=False, soft_wrap=True)


def _told_of_estimates(found: EstimateAgreement) -> str:
    apart = f"at most {1e3 * found.position_m:.3g} mm and {math.degrees(found.rotation_rad):.3g} deg apart"
    many = f"{found.name}: {found.then} estimates then, {found.now} now, {found.compared} of them with equal stamps"
    return f"{many}: {apart}" if found.compared else many


def _told_of_chunks(found: ChunkAgreement) -> str:
    many = f"chunks: {found.then} then, {found.now} now"
    if not found.compared:
        return many
    near = f"{found.compared} of them from observations at most {1e3 * to_seconds(COMPARABLE_NS):.0f} ms apart"
    return f"{many}, {near}: the hand is sent to places at most {1e3 * found.position_m:.3g} mm apart"
