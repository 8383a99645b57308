"""Processes of a graph: all run, the dead is named, none stays."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from diffpol_ros.graph import cleanup
from diffpol_ros.graph.cleanup import Process, identify, is_alive
from diffpol_ros.graph.description import NodeDescription
from diffpol_ros.graph.supervisor import NodeFailure, Supervisor
from tests.waiting import wait_until

KILLED_SUPERVISOR = """
import os, signal, sys
from pathlib import Path
from tests.graph.test_supervisor import stand_in, supervised
from tests.waiting import wait_until
with supervised(Path(sys.argv[1]), stand_in("one", "live"), stand_in("two", "stubborn")) as supervisor:
    wait_until(lambda: all((Path(sys.argv[1]) / f"{name}.log").read_text() for name in ("one", "two")))
    print(*(supervisor.process(name).pid for name in ("one", "two")), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def stand_in(name: str, conduct: str, *, respawn: bool = False, vital: bool = True) -> NodeDescription:
    file = Path("none.yaml")
    return NodeDescription(name, "tests.graph.stand_in", "", file, {"conduct": conduct}, respawn=respawn, vital=vital)


def supervised(logs: Path, *nodes: NodeDescription) -> Supervisor:
    return Supervisor(nodes, logs, os.environ)


def autogroup_niceness(process: int) -> int | None:
    """Return that of the session which `process` leads; None where Linux has no such groups."""
    path = Path(f"/proc/{process}/autogroup")
    said = path.read_text(encoding="ascii").split() if path.exists() else []
    return int(said[-1]) if said else None


def test_a_node_stands_back_as_far_as_its_description_says(tmp_path: Path) -> None:
    first, back = stand_in("one", "live"), replace(stand_in("two", "live"), niceness=5)
    with supervised(tmp_path, first, back) as supervisor:
        own = os.getpriority(os.PRIO_PROCESS, 0)
        nice = [os.getpriority(os.PRIO_PROCESS, supervisor.process(name).pid) for name in ("one", "two")]
        groups = [autogroup_niceness(supervisor.process(name).pid) for name in ("one", "two")]
    assert nice == [own, min(own + 5, 19)]
    assert groups in (nice, [None, None]), "Linux goes by the session's niceness before the process's"


@pytest.fixture(autouse=True)
def _in_the_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    ladder = ((signal.SIGINT, 0.3), (signal.SIGTERM, 0.3), (signal.SIGKILL, 5.0))
    monkeypatch.setattr(cleanup.stop_groups, "__defaults__", (ladder,))


def test_every_node_runs_until_the_context_ends(tmp_path: Path) -> None:
    with supervised(tmp_path, stand_in("one", "live"), stand_in("two", "live")) as supervisor:
        processes = [identify(supervisor.process(name).pid) for name in ("one", "two")]
        wait_until(lambda: (tmp_path / "two.log").read_text() == "ready\n")
        supervisor.check()
        assert all(process and is_alive(process) for process in processes)
    assert not any(process and is_alive(process) for process in processes)


def test_a_dead_node_is_named_with_its_last_words(tmp_path: Path) -> None:
    with supervised(tmp_path, stand_in("good", "live"), stand_in("camera", "fail")) as supervisor:
        with pytest.raises(NodeFailure, match=r"(?s)node camera ended with exit code 1.*no such camera: cellar"):
            wait_until(lambda: supervisor.check())
        good = identify(supervisor.process("good").pid)
    assert good
    assert not is_alive(good)


def test_a_killed_node_is_named_with_its_signal(tmp_path: Path) -> None:
    with supervised(tmp_path, stand_in("twin", "live")) as supervisor:
        supervisor.process("twin").kill()
        with pytest.raises(NodeFailure, match="node twin was killed by SIGKILL"):
            wait_until(lambda: supervisor.check())


@pytest.mark.usefixtures("impatient")
def test_a_node_that_ignores_signals_is_killed(tmp_path: Path) -> None:
    with supervised(tmp_path, stand_in("mule", "stubborn")) as supervisor:
        wait_until(lambda: (tmp_path / "mule.log").read_text())
        process = supervisor.process("mule")
    assert process.returncode == -signal.SIGKILL


def test_nodes_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", KILLED_SUPERVISOR, str(tmp_path)], stdout=subprocess.PIPE, text=True, timeout=60.0
    )
    assert run.returncode == -signal.SIGKILL
    left = [Process(pid, 0) for pid in map(int, run.stdout.split())]
    assert len(left) == 2
    wait_until(lambda: not any(identify(process.pid) for process in left))


def test_a_command_that_cannot_start_stops_the_others(tmp_path: Path) -> None:
    supervisor = supervised(tmp_path, stand_in("one", "live"), stand_in("folder/that/is/not/there", "live"))
    with pytest.raises(FileNotFoundError), supervisor:
        pass
    assert supervisor.process("one").returncode is not None


def test_a_killed_node_that_may_be_is_started_again_and_its_log_goes_on(tmp_path: Path) -> None:
    with supervised(tmp_path, stand_in("policy", "live", respawn=True)) as supervisor:
        wait_until(lambda: (tmp_path / "policy.log").read_text() == "ready\n")
        before = supervisor.process("policy")
        before.kill()
        before.wait()
        supervisor.check()
        # Those that brake the arm come first.
        assert supervisor.process("policy") is before
        wait_until(lambda: supervisor.check() or supervisor.process("policy") is not before)
        after = identify(supervisor.process("policy").pid)
        assert after and after.pid != before.pid
        wait_until(lambda: (tmp_path / "policy.log").read_text() == "ready\n" * 2)
        supervisor.check()
        (told,) = supervisor.incidents
        assert "node policy was killed by SIGKILL" in told and "it is started again" in told
    assert not is_alive(after)


def test_a_node_that_refused_to_run_is_not_started_again(tmp_path: Path) -> None:
    with (
        supervised(tmp_path, stand_in("camera", "fail", respawn=True)) as supervisor,
        pytest.raises(NodeFailure, match="exit code 1"),
    ):
        wait_until(lambda: supervisor.check())


def test_a_node_that_the_others_can_do_without_is_told_once(tmp_path: Path) -> None:
    with supervised(tmp_path, stand_in("recorder", "live", vital=False)) as supervisor:
        process = supervisor.process("recorder")
        process.kill()
        process.wait()
        for _ in range(3):
            supervisor.check()
        (told,) = supervisor.incidents
        assert "node recorder was killed by SIGKILL" in told and "the others go on without it" in told
