"""The same work over processes."""

from functools import partial

import pytest

from sim.parallel import parallel


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_order_of_their_seeds(processes: int):
    assert list(parallel(partial, abs, [-3, 2, -1], processes)) == [3, 2, 1]
