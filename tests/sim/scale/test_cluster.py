"""Ray where there is none."""

import sys

import pytest

from sim.errors import ScaleError
from sim.scale.cluster import ScaleSettings, cluster
from sim.scale.worlds import scaled_worlds


def test_without_ray_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ScaleError, match=r"Ray is not installed .*: pip install .*scale"), cluster("", 1):
        pass


def test_worlds_of_this_machine_need_no_ray(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with scaled_worlds("hopper", 2, scale=ScaleSettings(workers=2)) as worlds:
        assert worlds.count == 2
