"""`diffpol demo`: the whole stack as real processes in the twin, then what it did in numbers and pictures."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from diffpol_ros.cli.options import DemoOptions
from diffpol_ros.cli.signals import Ending, orderly_exit
from diffpol_ros.cli.summary import CAMERA, print_summary, summarize
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.settings import closest
from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.command import ros_environment
from diffpol_ros.graph.description import NodeDescription, twin_graph
from diffpol_ros.graph.joining import join_graph
from diffpol_ros.graph.ports import free_domain, free_ports
from diffpol_ros.graph.supervisor import Supervisor
from diffpol_ros.trials.lift import Outcome

CAMERAS = LaunchArguments.cameras


def run_demo(options: DemoOptions) -> int:
    """Run the episodes, then measure and draw; return the exit code."""
    if options.episodes < 1:
        raise SettingsError(f"--episodes is {options.episodes}, expected at least 1")
    for name in options.image_cameras:
        if name not in CAMERAS:
            raise SettingsError(f"--image-cameras: there is no {name!r}; {closest(name, CAMERAS)}")
    console = Console(highlight=False)
    folder = _results_folder(options.output)
    # Before the folder is made: what the graph refuses leaves nothing behind.
    graph = twin_graph(_arguments(options, folder))
    _make(folder, named=options.output is not None)
    with orderly_exit() as ending:
        outcomes = _run_graph(graph, options, folder, console, ending)
        ending.check()
        with console.status("reading the bag, drawing"):
            filmed = options.image_stride > 0 and CAMERA in options.image_cameras
            summary = summarize(folder, outcomes, video=options.video and filmed)
    print_summary(summary, folder, console)
    return 0


def _results_folder(wanted: Path | None) -> Path:
    return (wanted or Path("results") / time.strftime("demo-%Y%m%d-%H%M%S")).absolute()


def _make(folder: Path, named: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=named)
    except OSError as error:
        raise ResourceError(f"{folder}: cannot be created: {error.strerror}; give another with --output") from error
    if any(folder.iterdir()):
        raise ResourceError(f"{folder}: is not empty; give another folder with --output")


def _arguments(options: DemoOptions, folder: Path) -> LaunchArguments:
    free = free_ports(2)
    return LaunchArguments(
        model=options.model,
        models=options.models,
        arm_port=options.arm_port or free[0],
        gripper_port=options.gripper_port or free[1],
        bag_folder=str(folder / "bag"),
        image_cameras=options.image_cameras,
        image_stride=options.image_stride,
        image_format=options.image_format,
        jpeg_quality=options.jpeg_quality,
        seed=options.seed,
        parameters=options.parameters,
    )


def _run_graph(
    graph: Sequence[NodeDescription], options: DemoOptions, folder: Path, console: Console, ending: Ending
) -> list[Outcome]:
    """Run every episode on a graph of its own domain and ports; nothing of it is left afterwards."""
    with ExitStack() as stack:
        domain = options.domain or stack.enter_context(free_domain())
        environment = ros_environment(folder / "logs", domain)
        os.environ.update(environment)
        join_graph()
        supervisor = stack.enter_context(Supervisor(graph, folder / "logs", environment))

        def health() -> None:
            ending.check()
            supervisor.check()
            while supervisor.incidents:
                console.print(escape(supervisor.incidents.pop(0)), style="yellow")

        return _run_episodes(options, health, console)


def _run_episodes(options: DemoOptions, health: Callable[[], None], console: Console) -> list[Outcome]:
    # Imported here: the DDS library reads the environment when it is loaded.
    from diffpol_ros.nodes.conductor import Conductor
    from diffpol_ros.nodes.session import ros_node

    outcomes: list[Outcome] = []
    with ros_node("conductor") as node:
        conductor = Conductor(node, health=health)
        try:
            with console.status("starting the nodes"):
                conductor.wait_for_graph()
            with _progress(console) as progress:
                bar = progress.add_task("episodes", total=options.episodes)
                for outcome in conductor.run(range(options.seed, options.seed + options.episodes)):
                    outcomes.append(outcome)
                    progress.console.print(_line(len(outcomes), outcome))
                    progress.advance(bar)
        finally:
            conductor.close()
    return outcomes


def _progress(console: Console) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console)


def _line(number: int, outcome: Outcome) -> str:
    mark = "[green]lifted[/]" if outcome.success else f"[red]failed[/] ({escape(outcome.reason)})"
    return f"episode {number:>3}  seed {outcome.seed:<6} {mark} after {outcome.duration_s:.1f} s"
