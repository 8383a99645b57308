"""What `diffpol record` does, and what it says of it."""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from diffpol_ros.cli.record import MEBIBYTE, RecordOptions
from diffpol_ros.cli.signals import Ending, orderly_exit
from diffpol_ros.graph.joining import join_graph
from diffpol_ros.replay.bag_writer import Split
from diffpol_ros.replay.flight_recorder import FlightRecorder

if TYPE_CHECKING:
    from diffpol_ros.nodes.graph_recorder import GraphRecorder


@dataclass(frozen=True)
class _Outcome:
    """What a recording came to; missed: messages that were sent and never arrived."""

    recorder: FlightRecorder
    topics: int
    missed: int
    seconds: float


def record(options: RecordOptions, folder: Path) -> int:
    """Record into `folder` until somebody interrupts; return the exit code."""
    console = Console(highlight=False)
    join_graph()
    with orderly_exit() as ending:
        outcome = _run(options, folder, console, ending)
    _tell(outcome, folder, console)
    recorder = outcome.recorder
    return 1 if recorder.failure or recorder.dropped or not outcome.topics else 0


def _run(options: RecordOptions, folder: Path, console: Console, ending: Ending) -> _Outcome:
    split, packing = Split(options.split_megabytes * MEBIBYTE, options.split_seconds), options.packing

    from diffpol_ros.nodes.graph_recorder import GraphRecorder
    from diffpol_ros.nodes.session import ros_node
    from diffpol_ros.nodes.topic_choice import TopicChoice

    choice = TopicChoice(options.topics, options.exclude)
    began = time.monotonic()
    with ros_node("diffpol_record", options.namespace) as node:
        running = GraphRecorder(node, folder, choice, options.queue_megabytes * MEBIBYTE, split, packing)
        try:
            _until_interrupted(running, options.seconds, folder, console, ending)
        finally:
            topics, missed = len(running.taps), sum(running.taps.missed.values())
            running.close()
    return _Outcome(running.recorder, topics, missed, time.monotonic() - began)


def _until_interrupted(
    running: "GraphRecorder", seconds: float, folder: Path, console: Console, ending: Ending
) -> None:
    with console.status("recording: nothing yet") as status, suppress(KeyboardInterrupt, SystemExit):

        def tell(now: "GraphRecorder") -> None:
            ending.check()
            told = f"{len(now.taps)} topics, {now.recorder.received} messages, {now.recorder.dropped} dropped"
            status.update(f"recording {escape(str(folder))}: {told}; Ctrl-C ends it")

        running.record(seconds, tell)


def _tell(outcome: _Outcome, folder: Path, console: Console) -> None:
    recorder = outcome.recorder
    console.print(
        f"{folder}: {recorder.received} messages of {outcome.topics} topics in {outcome.seconds:.1f} s, "
        f"{recorder.dropped} dropped, {outcome.missed} never arrived",
        markup=False,
        soft_wrap=True,
    )
    if recorder.failure:
        console.print(recorder.failure, style="red", markup=False, soft_wrap=True)
    if not outcome.topics:
        console.print("no topic was found: is the graph running in this ROS_DOMAIN_ID?", style="yellow")
