"""What killed processes leave in shared memory goes, what is in use or somebody else's stays."""

import mmap
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffpol_ros.graph import cleanup
from diffpol_ros.graph.cleanup import Process, identify, is_alive, remove_shared_memory, shared_memory_of, stop_groups

SEGMENT = f"fastrtps_{os.getpid():016x}"


@pytest.fixture
def segment() -> Iterator[Path]:
    path = cleanup.SHARED_MEMORY_FOLDER / SEGMENT
    path.write_bytes(b"\0" * mmap.PAGESIZE)
    yield path
    path.unlink(missing_ok=True)
    path.with_name(f"{SEGMENT}_el").unlink(missing_ok=True)


def test_a_segment_with_an_owner_is_found_and_kept(segment: Path) -> None:
    with segment.with_name(f"{SEGMENT}_el").open("w"):
        assert SEGMENT in shared_memory_of(os.getpid())
        assert remove_shared_memory([SEGMENT]) == []
    assert segment.exists()


def test_a_segment_of_the_dead_goes_though_others_have_it_mapped(segment: Path) -> None:
    with segment.open("r+b") as file, mmap.mmap(file.fileno(), 0):
        assert SEGMENT not in shared_memory_of(os.getpid())
        assert remove_shared_memory([SEGMENT]) == [segment]
    assert not segment.exists()


def test_a_left_segment_goes_with_its_lock_and_semaphore(tmp_path: Path) -> None:
    names = ["fastrtps_port7411", "fastrtps_port7411_el", "sem.fastrtps_port7411_mutex"]
    for name in [*names, "fastrtps_port7412"]:
        (tmp_path / name).touch()
    assert sorted(path.name for path in remove_shared_memory(["fastrtps_port7411"], tmp_path)) == names
    assert [path.name for path in tmp_path.iterdir()] == ["fastrtps_port7412"]


def test_a_process_is_not_mistaken_for_a_later_one_of_its_number() -> None:
    me = identify(os.getpid())
    assert me
    assert is_alive(me)
    assert not is_alive(Process(me.pid, me.start + 1))


def test_a_zombie_counts_as_dead() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
        assert identify(process.pid) is None


def test_stopping_nobody_takes_no_time() -> None:
    assert stop_groups([]) == []
