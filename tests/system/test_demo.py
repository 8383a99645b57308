"""`diffpol demo` as a person runs it: the whole stack, and nothing left of it afterwards."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from diffpol_ros.graph.ports import free_ports
from diffpol_ros.replay.bag_reader import BagReader
from tests.graph_run import processes_of, shared_memory_files
from tests.tiny_policy import write_tiny_bundle
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.ros,
    pytest.mark.gl,
    pytest.mark.xdist_group("system"),
    pytest.mark.timeout(300),
]
SECONDS_TO_END = 20.0


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "COLUMNS": "120", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "diffpol_ros.cli.main", "demo", "--output", str(folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        start_new_session=True,
    )


def assert_nothing_left(folder: Path, shared: set[Path], ports: tuple[int, ...] = ()) -> None:
    wait_until(lambda: not processes_of(folder), SECONDS_TO_END, "the end of every process")
    wait_until(lambda: not any(path.exists() for path in shared), SECONDS_TO_END, f"the end of {shared}")
    for port in ports:
        with socket.create_server(("127.0.0.1", port)):
            pass


def assert_good_order(folder: Path) -> None:
    """Each node ended when it was told to: no callback torn in two, nothing published into nowhere, the bag whole."""
    for log in (folder / "logs").glob("*.log"):
        said = log.read_text(encoding="utf-8")
        # Python tells where it was interrupted while it still imported the node.
        importing = "KeyboardInterrupt" in said and ", in run_node" not in said
        complaints = ("FATAL", "Failed to publish") if importing else ("FATAL", "Failed to publish", "Traceback")
        assert not any(word in said for word in complaints), f"{log}: {said}"
    bag = BagReader(folder / "bag")
    assert sum(1 for _ in bag.records()) > 0
    assert not bag.complaints


def wait_for_bag(demo: subprocess.Popen[str], folder: Path) -> None:
    """Return when images are being recorded; fail with what the demo said when it ends before."""
    bag = folder / "bag" / "bag_0.mcap"
    wait_until(lambda: demo.poll() is not None or (bag.exists() and bag.stat().st_size > 4_000_000), what="recording")
    assert demo.poll() is None, demo.communicate()[0]


@pytest.fixture
def tiny(tmp_path: Path) -> tuple[str, ...]:
    """Give the words that choose a policy that starts at once and never succeeds."""
    bundle = write_tiny_bundle(tmp_path / "tiny")
    return ("--models", str(bundle.parent), "--model", bundle.name)


def test_the_arm_lifts_the_block_and_the_run_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with start(folder, "--episodes", "2") as demo:
        output, _ = demo.communicate(timeout=200.0)
    assert demo.returncode == 0, output
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert any(outcome["success"] for outcome in summary["outcomes"]), output
    assert "of 2 lifted (95 % interval" in output
    assert summary["position_error_mm"]["block"]["median"] < 3.0
    for name in summary["files"]:
        assert (folder / name).exists(), name
    assert not processes_of(folder)
    assert_good_order(folder)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)],
    ids=["Ctrl-C", "terminated", "killed"],
)
def test_a_demo_that_is_ended_leaves_nothing_behind(
    tmp_path: Path, tiny: tuple[str, ...], number: int, code: int
) -> None:
    ports, folder = free_ports(2), tmp_path / "out"
    options = ["--episodes", "50", *tiny, "--arm-port", str(ports[0]), "--gripper-port", str(ports[1])]
    with start(folder, *options) as demo:
        wait_for_bag(demo, folder)
        shared = shared_memory_files(folder)
        assert shared
        os.kill(demo.pid, number)
        output, _ = demo.communicate(timeout=SECONDS_TO_END)
    assert demo.returncode == code, output
    assert_nothing_left(folder, shared, ports)
    if number != signal.SIGKILL:
        assert_good_order(folder)


def test_a_demo_that_is_interrupted_while_it_starts_leaves_nothing_behind(
    tmp_path: Path, tiny: tuple[str, ...]
) -> None:
    folder = tmp_path / "out"
    with start(folder, *tiny) as demo:
        wait_until(lambda: (folder / "logs" / "bridge.log").exists(), what="the start of the bridge")
        os.kill(demo.pid, signal.SIGINT)
        output, _ = demo.communicate(timeout=SECONDS_TO_END)
    assert demo.returncode == 130, output
    assert_nothing_left(folder, set())


def test_a_node_that_dies_ends_the_demo_with_its_name(tmp_path: Path, tiny: tuple[str, ...]) -> None:
    folder = tmp_path / "out"
    with start(folder, "--episodes", "50", *tiny) as demo:
        wait_for_bag(demo, folder)
        shared = shared_memory_files(folder)
        (twin,) = processes_of(folder, "diffpol_ros.nodes.twin_node")
        os.kill(twin, signal.SIGKILL)
        output, _ = demo.communicate(timeout=SECONDS_TO_END)
    assert demo.returncode == 1
    assert "diffpol: node twin was killed by SIGKILL" in output
    assert_nothing_left(folder, shared)


def test_a_port_in_use_ends_the_demo_with_its_name(tmp_path: Path, tiny: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start(tmp_path / "out", *tiny, "--arm-port", str(port)) as demo:
            output, _ = demo.communicate(timeout=100.0)
    assert demo.returncode == 1
    assert "node twin ended with exit code 1" in output
    assert str(port) in output
    assert not processes_of(tmp_path / "out")
