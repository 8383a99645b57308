"""Ports and domains that nobody else uses."""

import os
import socket

import pytest

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.graph import ports
from diffpol_ros.graph.ports import free_domain, free_ports


def test_free_ports_can_be_bound_and_differ() -> None:
    numbers = free_ports(3)
    assert len(set(numbers)) == 3
    for number in numbers:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", number))


def test_two_runs_never_share_a_domain() -> None:
    with free_domain() as first, free_domain() as second:
        assert first != second


def test_this_process_of_the_tests_has_a_domain_of_its_own() -> None:
    own = int(os.environ["ROS_DOMAIN_ID"])
    with free_domain(own) as other:
        assert other != own


def test_a_domain_is_given_back() -> None:
    with free_domain() as first:
        pass
    with free_domain() as second:
        assert second == first


def test_a_domain_with_a_listener_is_passed_over() -> None:
    with free_domain() as first:
        pass
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("", 7400 + 250 * first + 10))
        with free_domain() as second:
            assert second != first


def test_no_free_domain_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_silent", lambda _: False)
    with pytest.raises(ResourceError, match="all ROS domains"), free_domain():
        pass
