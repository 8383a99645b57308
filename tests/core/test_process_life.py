"""The end of another process is told at once, and of no other process than the one that was named."""

import gc
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffpol_ros.core.process_life import ProcessWatch, process_name

DEADLINE_S = 20.0


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


class Ends:
    """Keeps whose end was told."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._told = threading.Event()

    def __call__(self, name: str) -> None:
        self.names.append(name)
        self._told.set()

    def wait(self) -> bool:
        return self._told.wait(DEADLINE_S)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "100"]) as process:
        yield process
        process.kill()


def test_a_process_has_a_name_of_its_own_that_lasts(sleeper: "subprocess.Popen[bytes]") -> None:
    assert process_name() == process_name(os.getpid()) != process_name(sleeper.pid) != ""
    sleeper.kill()
    sleeper.wait()
    assert process_name(sleeper.pid) == ""


def test_a_process_that_is_killed_is_told(sleeper: "subprocess.Popen[bytes]") -> None:
    ends, name = Ends(), process_name(sleeper.pid)
    watch = ProcessWatch(ends)
    watch.follow(name)
    watch.follow(name)
    assert not ends.names
    sleeper.kill()
    assert ends.wait() and ends.names == [name]
    watch.close()


def test_one_that_is_not_followed_any_more_is_not_told_of(sleeper: "subprocess.Popen[bytes]") -> None:
    ends = Ends()
    watch = ProcessWatch(ends)
    watch.follow(process_name(sleeper.pid))
    with subprocess.Popen(["sleep", "100"]) as second:
        name = process_name(second.pid)
        watch.follow(name)
        sleeper.kill()
        sleeper.wait()
        second.kill()
        assert ends.wait() and ends.names == [name]
    watch.close()


@pytest.mark.parametrize("part", range(4))
def test_what_is_not_that_very_process_is_not_watched(sleeper: "subprocess.Popen[bytes]", part: int) -> None:
    """Another boot, another namespace of numbers, another number, another process that had this number before."""
    parts = process_name(sleeper.pid).split("/")
    parts[part] = parts[part][:-1] + ("1" if parts[part][-1] != "1" else "2")
    before = threading.active_count()
    watch = ProcessWatch(Ends())
    watch.follow("/".join(parts))
    assert threading.active_count() == before
    watch.close()


@pytest.mark.parametrize("name", ["", "nonsense", "a/b/c/d", "OWN", "OWN/", "OWN-", "PLACE/99999999999999999999/0"])
def test_what_names_no_other_process_is_borne(name: str) -> None:
    before = threading.active_count()
    watch = ProcessWatch(Ends())
    own = process_name()
    watch.follow(name.replace("OWN", own).replace("PLACE", "/".join(own.split("/")[:2])))
    assert threading.active_count() == before
    watch.close()


def test_a_python_without_the_call_watches_nothing(
    sleeper: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pidfd_open")
    before = threading.active_count()
    watch = ProcessWatch(Ends())
    watch.follow(process_name(sleeper.pid))
    assert threading.active_count() == before
    watch.close()


def test_nothing_is_left_open(sleeper: "subprocess.Popen[bytes]") -> None:
    gc.collect()
    before = open_files()
    for _ in range(3):
        watch = ProcessWatch(Ends())
        watch.follow(process_name(sleeper.pid))
        assert open_files() == before + 3
        watch.close()
    assert open_files() == before
