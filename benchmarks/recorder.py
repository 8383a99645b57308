"""What recording costs, and what a kill loses: `python -m benchmarks.recorder`.

A talker sends two 640x480 cameras (15 and 12 Hz), joint states at 1 kHz and gate verdicts at 100 Hz; `diffpol record`
records them, with its images in each format. Then recorders are killed at random moments, and their bags are repaired.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import numpy as np

from benchmarks.recorder_talker import RATES_HZ
from diffpol_ros.core.image_format import ImageKind
from diffpol_ros.core.resources import resource_root
from diffpol_ros.graph.command import ros_environment
from diffpol_ros.graph.ports import free_domain
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.image_topics import image_topics

SECONDS, KILLS, LEAST_S, MOST_S = 20.0, 6, 1.0, 2.0
DEADLINE_S = 180.0
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def running(module: str, *arguments: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a module of this Python for as long as the context lasts."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def processor_s(process: subprocess.Popen[str]) -> float:
    """Return what a process has taken of the processors [s]."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def wait_for_file(folder: Path) -> None:
    """Return when the bag in `folder` has its first chunk."""
    deadline = time.monotonic() + DEADLINE_S
    while sum(path.stat().st_size for path in folder.glob("*.mcap")) < 1 << 20:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{folder}: nothing was recorded within {DEADLINE_S:.0f} s")
        time.sleep(0.05)


def size_of(folder: Path) -> int:
    """Return the bytes of a bag's files."""
    return sum(path.stat().st_size for path in folder.glob("*.mcap"))


def numbers_of(folder: Path) -> dict[str, set[int]]:
    """Return the numbers of the messages of each topic in a bag."""
    numbers: dict[str, set[int]] = defaultdict(set)
    topics = {each: topic for topic in RATES_HZ for each in image_topics(f"/{topic}")}
    for record in BagReader(folder).records(list(topics)):
        numbers[topics[record.topic]].add(int(record.message.header.frame_id))
    return numbers


def whole(folder: Path, image_format: str, environment: dict[str, str]) -> None:
    """Record, end in order, compare what was sent with what is in the bag."""
    asked = ("record", "--output", str(folder), "--image-format", image_format)
    with running("diffpol_ros.cli.main", *asked, environment=environment) as recorder:
        with running("benchmarks.recorder_talker", environment=environment):
            wait_for_file(folder)
            began, busy, size = time.monotonic(), processor_s(recorder), size_of(folder)
            time.sleep(SECONDS)
            elapsed = time.monotonic() - began
            busy, size = processor_s(recorder) - busy, size_of(folder) - size
        recorder.send_signal(signal.SIGINT)
        print(recorder.communicate(timeout=DEADLINE_S)[0].strip().splitlines()[-1])
    numbers = numbers_of(folder)
    print(f"{image_format:28}{'asked [Hz]':>12}{'sent':>9}{'in the bag':>12}{'lacking':>9}")
    for topic, rate in RATES_HZ.items():
        first, last = min(numbers[topic]), max(numbers[topic])
        kept = len(numbers[topic])
        print(f"{topic:28}{rate:>12.0f}{last - first + 1:>9}{kept:>12}{last - first + 1 - kept:>9}")
    print(f"processor: {100 * busy / elapsed:.1f} % of a core; disk: {size * 60 / elapsed / 1e6:.0f} MB/min")


def killed(folder: Path, seconds: float, environment: dict[str, str]) -> float:
    """Record, kill -9 after so long [s]; return how much the bag lacks of what came before the kill [s]."""
    # A talker for each: beside one that had outlived several killed recorders, the next one heard nothing at times.
    with (
        running("benchmarks.recorder_talker", environment=environment),
        running("diffpol_ros.cli.main", "record", "--output", str(folder), environment=environment) as recorder,
    ):
        wait_for_file(folder)
        time.sleep(seconds)
        recorder.kill()
        killed_ns = time.time_ns()
        recorder.wait()
    last_ns = max(record.log_ns for record in BagReader(folder).records())
    return 1e-9 * (killed_ns - last_ns)


def main() -> None:
    """Measure and print."""
    random = np.random.default_rng(0)
    with free_domain() as domain, tempfile.TemporaryDirectory(prefix="recorder-") as scratch:
        environment = ros_environment(Path(scratch) / "logs", domain)
        environment["FASTRTPS_DEFAULT_PROFILES_FILE"] = str(resource_root() / "launch" / "fastdds.xml")
        for image_format in get_args(ImageKind):
            whole(Path(scratch) / image_format, image_format, environment)
        waits = random.uniform(LEAST_S, MOST_S, KILLS)
        losses = [killed(Path(scratch) / f"killed-{index}", wait, environment) for index, wait in enumerate(waits)]
    print(
        f"kill -9, {KILLS} times: the bag ends {1e3 * statistics.median(losses):.0f} ms before (median), "
        f"{1e3 * max(losses):.0f} ms at worst"
    )


if __name__ == "__main__":
    main()
