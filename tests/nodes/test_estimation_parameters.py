"""What the estimation node is told that cannot be is refused at its start, by name."""

from collections.abc import Iterator

import pytest

rclpy = pytest.importorskip("rclpy")

from diffpol_ros.core.errors import DiffpolError  # noqa: E402
from tests.estimation.scenes import CALIBRATION  # noqa: E402
from tests.nodes.estimation_graph import Start, starting  # noqa: E402

pytestmark = pytest.mark.ros


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as begin:
        yield begin


@pytest.mark.parametrize(
    ("parameter", "named"),
    [
        (f"cameras:=['{CALIBRATION}/cameras/nowhere.yaml']", r"nowhere\.yaml: does not exist"),
        (f"objects:=['{CALIBRATION}/objects/base.yaml']", "two objects share a name"),
        (f"landmarks:=['{CALIBRATION}/objects/block.yaml']", "no fixed_pose"),
        ("mode:=mean", "mode is 'mean'"),
        ("lost_after:=0.1", "lost_after"),
        ("decimat:=2.0", "did you mean 'decimate'"),
    ],
)
def test_what_cannot_be_is_refused_at_the_start(start: Start, parameter: str, named: str) -> None:
    graph = start(parameter)
    with pytest.raises(DiffpolError, match=named):
        graph.node.start()
