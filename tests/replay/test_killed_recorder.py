"""kill -9 takes at most the last second of a bag."""

import subprocess
import sys
from pathlib import Path

from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.bag_repair import repair

LINES = 400
"""Two seconds' worth: a few flushes."""


def test_a_killed_recorder_loses_at_most_the_last_second(tmp_path: Path, repository: Path) -> None:
    command = [sys.executable, "-m", "tests.replay.kept_until_killed", str(tmp_path / "bag")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=repository) as process:
        assert process.stdout
        said = [int(process.stdout.readline()) for _ in range(LINES)]
        process.kill()
        said += [int(line) for line in process.stdout.read().splitlines() if line]
    bag = BagReader(tmp_path / "bag")
    kept = [record.log_ns for record in bag.records()]
    assert kept == said[: len(kept)]
    assert said[-1] - kept[-1] < 1_000_000_000
    assert "no metadata.yaml" in bag.complaints[0]
    assert repair(tmp_path / "bag", tmp_path / "new").messages == len(kept)
