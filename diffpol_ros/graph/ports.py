"""Numbers that nobody else on this machine uses: TCP ports and a ROS domain."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from diffpol_ros.core.errors import ResourceError

FIRST_DDS_PORT, PORTS_A_DOMAIN, LAST_DOMAIN = 7400, 250, 101
NUMBERS = range(32)
"""Of a domain's participants; behind them nobody looks where there is no multicast."""


def free_ports(count: int) -> tuple[int, ...]:
    """Return `count` TCP ports of the loopback interface that are free now."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return tuple(each.getsockname()[1] for each in sockets)
    finally:
        for each in sockets:
            each.close()


@contextmanager
def free_domain(first: int = 1) -> Iterator[int]:
    """Hold a ROS domain that no process on this machine uses, the next after `first` that is free.

    Domains up to 101 keep DDS ports below the ephemeral range. Two runs that start together are kept apart by
    an abstract socket, which the kernel drops with the process.
    """
    for offset in range(LAST_DOMAIN):
        domain = 1 + (first - 1 + offset) % LAST_DOMAIN
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with claim:
            if _bind(claim, f"\0diffpol_ros_domain_{domain}") and is_silent(domain):
                yield domain
                return
    raise ResourceError(f"all ROS domains from 1 to {LAST_DOMAIN} are in use: stop another graph first")


def user_port(domain: int, number: int) -> int:
    """Return where participant `number` of `domain` hears what others say, by the rule of the standard (RTPS 9.6.1)."""
    return FIRST_DDS_PORT + PORTS_A_DOMAIN * domain + 11 + 2 * number


def is_silent(domain: int) -> bool:
    """Return whether no process on this machine takes part in `domain`."""
    # Of each participant: where it hears of others, and what others say.
    each = [user_port(domain, number) - offset for number in NUMBERS for offset in (1, 0)]
    for port in (FIRST_DDS_PORT + PORTS_A_DOMAIN * domain, *each):
        probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with probe:
            if not _bind(probe, ("", port)):
                return False
    return True


def _bind(probe: socket.socket, address: str | tuple[str, int]) -> bool:
    try:
        probe.bind(address)
    except OSError:
        return False
    return True
