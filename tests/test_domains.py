"""Each process of a test run has a ROS domain that no other one has."""

import os
import subprocess
import sys

import pytest

from tests.domains import DOMAINS, claim_domain

OTHER = "from tests.domains import claim_domain; domain, claim = claim_domain(); print(domain); claim.close()"


def test_the_domain_of_this_process_is_claimed() -> None:
    own = int(os.environ["ROS_DOMAIN_ID"])
    assert own in DOMAINS
    with pytest.raises(RuntimeError, match="is taken by another test run"):
        claim_domain([own])
    run = subprocess.run([sys.executable, "-c", OTHER], stdout=subprocess.PIPE, text=True, check=True)
    assert int(run.stdout) != own


def test_a_claim_ends_when_it_is_closed() -> None:
    domain, claim = claim_domain(reversed(DOMAINS))
    with pytest.raises(RuntimeError):
        claim_domain([domain])
    claim.close()
    again, claim = claim_domain([domain])
    assert again == domain
    claim.close()
