"""What of a bag, or of a graph that is listened to, becomes arrays, and what is refused."""

import pytest

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_reader import Record
from diffpol_ros.replay.gathering import gather, is_gathered
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE

TEXT = "std_msgs/msg/String"


@pytest.mark.parametrize("topic", ["gate", "joint_states", "action_chunk", "objects/block/pose", "twin/truth/block"])
def test_a_topic_of_another_type_is_refused_by_name(topic: str) -> None:
    assert is_gathered(topic)
    with pytest.raises(ResourceError, match=rf"/left/{topic} holds {TEXT}, expected \w+/msg/.* --namespace"):
        gather([Record(f"/left/{topic}", TEXT, 0, 0, b"")], "left")


@pytest.mark.parametrize("topic", ["twin/scene", "policy/journal", "objects/block/others"])
def test_what_is_not_gathered_may_be_of_any_type(topic: str) -> None:
    assert not is_gathered(topic)
    run = gather([Record(f"/{topic}", TEXT, 0, 0, b"")])
    assert len(run.joints) == 0 and not run.truths


def test_images_are_counted_once_where_they_are_there_packed_as_well() -> None:
    front = [Record("/camera/front/image_raw", IMAGE, 0, 0, b"")] * 3
    packed = [Record(f"/camera/{name}/image_raw/compressed", COMPRESSED_IMAGE, 0, 0, b"") for name in ("front", "side")]
    assert gather([*front, *packed]).images == {"front": 3, "side": 1}
