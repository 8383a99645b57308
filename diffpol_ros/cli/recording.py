"""What `diffpol record` does, and what it says of it."""

import os
import time
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from diffpol_ros.cli.record import MEBIBYTE, RecordOptions
from diffpol_ros.cli.signals import orderly_exit
from diffpol_ros.core.resources import resource_root
from diffpol_ros.replay.bag_writer import Split

PROFILE = "FASTRTPS_DEFAULT_PROFILES_FILE"


def record(options: RecordOptions, folder: Path) -> int:
    """Record into `folder` until somebody interrupts; return the exit code."""
    # As the nodes of the graph have it; and imported here: the DDS library reads the environment when it is loaded.
    os.environ.setdefault(PROFILE, str(resource_root() / "launch" / "fastdds.xml"))
    from diffpol_ros.nodes.graph_recorder import GraphRecorder
    from diffpol_ros.nodes.session import ros_node
    from diffpol_ros.nodes.topic_choice import TopicChoice

    console = Console(highlight=False)
    split = Split(options.split_megabytes * MEBIBYTE, options.split_seconds)
    choice = TopicChoice(options.topics, options.exclude)
    with orderly_exit() as ending, ros_node("diffpol_record", options.namespace) as node:
        running = GraphRecorder(node, folder, choice, options.queue_megabytes * MEBIBYTE, split)
        began = time.monotonic()
        try:
            with console.status("recording: nothing yet") as status, suppress(KeyboardInterrupt, SystemExit):

                def tell(now: GraphRecorder) -> None:
                    ending.check()
                    told = f"{len(now.taps)} topics, {now.recorder.received} messages, {now.recorder.dropped} dropped"
                    status.update(f"recording {escape(str(folder))}: {told}; Ctrl-C ends it")

                running.record(options.seconds, tell)
        finally:
            missed = sum(running.taps.missed.values())
            topics = len(running.taps)
            running.close()
    recorder = running.recorder
    console.print(
        f"{folder}: {recorder.received} messages of {topics} topics in {time.monotonic() - began:.1f} s, "
        f"{recorder.dropped} dropped, {missed} never arrived",
        markup=False,
        soft_wrap=True,
    )
    if recorder.failure:
        console.print(recorder.failure, style="red", markup=False, soft_wrap=True)
    if not topics:
        console.print("no topic was found: is the graph running in this ROS_DOMAIN_ID?", style="yellow")
    return 1 if recorder.failure or recorder.dropped or not topics else 0
