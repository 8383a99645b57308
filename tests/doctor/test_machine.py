"""What a machine lacks is told with its cure."""

import resource
import socket
from collections import namedtuple
from pathlib import Path

import pytest

from diffpol_ros.doctor import machine
from diffpol_ros.doctor.finding import Health, ill, warning, well, worst
from diffpol_ros.graph.ports import free_domain, user_port

Usage = namedtuple("Usage", "free")


def test_the_illest_counts() -> None:
    assert worst([]) is Health.WELL
    assert worst([well("a", ""), warning("b", "", "")]) is Health.WARNING
    assert worst([ill("c", "", ""), well("a", ""), warning("b", "", "")]) is Health.ILL


@pytest.mark.parametrize(
    ("version", "health"), [((3, 9), Health.ILL), ((3, 11), Health.WELL), ((3, 15), Health.WARNING)]
)
def test_python_may_be_too_old_or_untried(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], health: Health
) -> None:
    monkeypatch.setattr(machine.sys, "version_info", (*version, 0))
    assert machine.python().health is health


def test_processors_that_save_power_or_are_too_few_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    assert machine.processors(tmp_path).health is Health.WELL
    governor = tmp_path / "cpu0" / "cpufreq" / "scaling_governor"
    governor.parent.mkdir(parents=True)
    governor.write_text("powersave\n")
    assert "cpupower" in machine.processors(tmp_path).cure
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: {0})
    assert machine.processors(tmp_path).what == "1"


@pytest.mark.parametrize(
    ("user", "limit", "health"),
    [
        (1000, 0, Health.WARNING),
        (1000, 98, Health.WELL),
        (1000, resource.RLIM_INFINITY, Health.WELL),
        (0, 0, Health.WELL),
    ],
)
def test_priority_is_a_right_that_one_has_or_asks_for(
    monkeypatch: pytest.MonkeyPatch, user: int, limit: int, health: Health
) -> None:
    monkeypatch.setattr(machine.os, "geteuid", lambda: user)
    assert machine.priority(lambda: limit).health is health


def test_the_clock_is_as_the_kernel_says() -> None:
    assert machine.clock(lambda: 0).health is Health.WELL
    assert "chrony" in machine.clock(lambda: machine.TIME_ERROR).cure
    assert machine.clock().thing == "clock"


def test_shared_memory_may_be_missing_full_or_littered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert machine.shared_memory(tmp_path / "none").health is Health.ILL
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: Usage(64 * 2**20))
    assert machine.shared_memory(tmp_path).health is Health.ILL
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: Usage(8 * 2**30))
    assert machine.shared_memory(tmp_path).health is Health.WELL
    for number in range(machine.MANY_LEFTOVERS + 1):
        (tmp_path / f"fastrtps_{number}").touch()
    assert "fastdds shm clean" in machine.shared_memory(tmp_path).cure


def test_bags_want_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for free_gib, health in ((1, Health.WARNING), (100, Health.WELL)):
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda _, free_gib=free_gib: Usage(free_gib * 2**30))
        assert machine.space(tmp_path).health is health


@pytest.mark.parametrize(
    ("named", "health"),
    [("", Health.ILL), ("-1", Health.ILL), ("233", Health.ILL), ("102", Health.WARNING), ("101", Health.WELL)],
)
def test_a_domain_without_ports_is_told(named: str, health: Health) -> None:
    found = machine.domain(named)
    assert found.health is health and bool(found.cure) == (health is not Health.WELL)


def test_a_domain_of_this_shell_is_named_and_who_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with free_domain() as domain:
        monkeypatch.setenv("ROS_DOMAIN_ID", str(domain))
        assert machine.domain().what == f"{domain}, UDP ports from {7400 + 250 * domain}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as participant:
            participant.bind(("", user_port(domain, 0)))
            assert "are in it already" in machine.domain().what
