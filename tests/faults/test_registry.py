"""Every fault says in what time it must be answered, or why that is not asked."""

import pytest

from diffpol_ros.faults.fault import Fault
from diffpol_ros.faults.registry import FAULTS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_an_answer_has_a_time_or_a_reason_for_none(fault: Fault) -> None:
    assert bool(fault.untimed) == (bool(fault.expected) and fault.target is None)
