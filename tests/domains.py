"""A ROS domain for each process of a test run, however many processes and runs there are on a machine."""

import socket
from collections.abc import Iterable

# Above some 100, ports of DDS are those that Linux lends to anybody.
DOMAINS = range(10, 100)


def claim_domain(domains: Iterable[int] = DOMAINS) -> tuple[int, socket.socket]:
    """Return a domain that no other process has claimed, and what holds the claim until it is closed."""
    for domain in domains:
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            # A name of Linux's own, not of a file: it ends with the process, however that ends.
            claim.bind(f"\0diffpol_ros-test-domain-{domain}")
        except OSError:
            claim.close()
        else:
            return domain, claim
    raise RuntimeError("every ROS domain that tests may use is taken by another test run: end one")
