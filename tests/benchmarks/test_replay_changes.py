"""The changes that a replay must notice are as small as they say, and nothing else."""

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from benchmarks.replay_changes import Scribe, camera_moved, count_weights, later, rewritten, with_bit_turned
from diffpol_ros.core.journal.reading import read_journals
from diffpol_ros.replay.bag_reader import stamp_ns
from tests import tiny_policy
from tests.estimation.scenes import FRONT
from tests.reenact.bridge_bag import Rig
from tests.replay.synthetic import header, make


def floats(network: bytes) -> np.ndarray:
    tensors = [numpy_helper.to_array(each) for each in onnx.ModelProto.FromString(network).graph.initializer]
    return np.concatenate([each.reshape(-1) for each in tensors if each.dtype == np.float32])


@pytest.mark.parametrize("bit", [0, 22, 31])
@pytest.mark.parametrize("place", [0, 1, 17, -1])
def test_one_bit_of_one_weight_is_another(place: int, bit: int) -> None:
    network = tiny_policy.onnx_model(tiny_policy.matrix()).SerializeToString()
    before = floats(network)
    assert count_weights(network) == before.size
    place %= before.size
    differing = before.view(np.uint32) ^ floats(with_bit_turned(network, place, bit)).view(np.uint32)
    assert np.flatnonzero(differing).tolist() == [place]
    assert differing[place] == 1 << bit


def test_a_weight_that_is_not_there_is_refused() -> None:
    network = tiny_policy.onnx_model(tiny_policy.matrix()).SerializeToString()
    with pytest.raises(IndexError):
        with_bit_turned(network, count_weights(network), 0)


def test_a_camera_moves_along_x_alone() -> None:
    moved = camera_moved(FRONT, 1e-4)
    assert np.subtract(moved.pose.position, FRONT.pose.position) == pytest.approx([1e-4, 0.0, 0.0])
    assert (moved.fx, moved.pose.quaternion) == (FRONT.fx, FRONT.pose.quaternion)


@pytest.mark.parametrize("by_ns", [1_000_000, -1_000_000, 0])
def test_a_stamp_moves_by_what_it_is_told(by_ns: int) -> None:
    pose = make("geometry_msgs/msg/Point", x=0.0, y=0.0, z=0.0)
    message = make("geometry_msgs/msg/PointStamped", header=header(1_999_999_500, "base"), point=pose)
    moved = later(message, by_ns)
    assert stamp_ns(moved) == 1_999_999_500 + by_ns
    assert (moved.header.frame_id, moved.point) == ("base", pose)


def test_a_journal_sealed_anew_is_as_it_was_also_told_twice_and_with_a_hole() -> None:
    rig, scribe = Rig(), Scribe()
    rig.move()
    texts = [*rig.texts[:9], rig.texts[0], *rig.texts[7:9], *rig.texts[12:]]
    assert [scribe.seal(text) for text in ("\n".join(texts), rig.texts[-1])] == ["\n".join(texts), rig.texts[-1]]


def test_a_line_that_says_something_else_is_found_unless_all_after_it_is_sealed_anew() -> None:
    rig, scribe = Rig(), Scribe()
    rig.move()
    rig.texts[9] = rewritten(rig.texts[9], lambda said: said.__setitem__(0, said[0] + 1))
    (altered,) = read_journals(rig.texts)
    assert "altered" in altered.complaints[0]
    (sealed,) = read_journals([scribe.seal(text) for text in rig.texts])
    assert not sealed.complaints
