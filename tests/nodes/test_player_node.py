"""The player on a real graph: what was recorded comes again under its own stamps, and time goes where it is told to."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

rclpy = pytest.importorskip("rclpy")

from rclpy.executors import ExternalShutdownException  # noqa: E402
from rclpy.serialization import deserialize_message  # noqa: E402
from sensor_msgs.msg import Image, JointState  # noqa: E402

from diffpol_ros.core.clock import to_ns  # noqa: E402
from diffpol_ros.core.errors import DiffpolError, ResourceError  # noqa: E402
from diffpol_ros.core.image_format import ImageFormat  # noqa: E402
from diffpol_ros.nodes.lifecycle import StageNode  # noqa: E402
from diffpol_ros.nodes.messages import from_stamp  # noqa: E402
from diffpol_ros.nodes.policy_node import PolicyNode  # noqa: E402
from diffpol_ros.nodes.quality import IMAGES, RECORDED_STATES  # noqa: E402
from diffpol_ros.replay.bag_reader import BagReader  # noqa: E402
from diffpol_ros.replay.playback import TICK_NS  # noqa: E402
from tests.nodes.playing import Cinema  # noqa: E402
from tests.replay.bags import write_packed  # noqa: E402
from tests.replay.synthetic import SyntheticRun  # noqa: E402
from tests.tiny_policy import write_tiny_bundle  # noqa: E402

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros")]
BAG = Path(__file__).parents[1] / "reenact" / "golden" / "bag"
GOLDEN = (f"player:bag:={BAG}", "player:estimates:=recorded")
ALONE = (*GOLDEN, "player:listeners:=['/rosout']")
Open = Callable[..., Cinema]


@pytest.fixture
def cinema() -> Iterator[Open]:
    opened: list[Cinema] = []

    def begin(*parameters: str, beside: Sequence[Callable[[], StageNode[Any]]] = ()) -> Cinema:
        opened.append(Cinema(*parameters, beside=beside))
        return opened[-1]

    yield begin
    for each in opened:
        each.close()


def recorded_states() -> dict[bytes, JointState]:
    records = BagReader(BAG).records(["/joint_states"])
    return {record.data: deserialize_message(record.data, JointState) for record in records}


def states_from(played: Cinema, arrived_ns: int) -> list[int]:
    """Return the stamps of the first states since /clock arrived at a time."""
    stamps = played.audience.stamps
    played.until(lambda: abs(stamps("clock")[-1] - arrived_ns) < to_ns(0.5))
    since = len(played.audience.heard)
    played.until(lambda: len(stamps("state", since)) > 5)
    return stamps("state", since)


def test_what_was_recorded_comes_again_as_it_was(cinema: Open) -> None:
    played = cinema(*ALONE, "player:position:=2.0")
    played.start()
    played.until(lambda: len(played.audience.states) > 100)
    known = list(recorded_states().values())
    first = known.index(played.audience.states[0])
    assert played.audience.states[:100] == known[first : first + 100]
    ticks = played.audience.stamps("clock")
    assert all(after - before == TICK_NS for before, after in pairwise(ticks))


def test_packed_images_are_heard_as_they_were_sent(cinema: Open, tmp_path: Path) -> None:
    bag = BagReader(SyntheticRun(tmp_path / "bag", 1.0).write())
    packed = write_packed(tmp_path / "packed", bag, ImageFormat("png"))
    played = cinema(f"player:bag:={packed}", "player:listeners:=['/rosout']")
    heard: list[Image] = []
    played.audience.create_subscription(Image, "camera/front/image_raw", heard.append, IMAGES)
    played.start()
    played.until(lambda: len(heard) > 2)
    sent = [deserialize_message(record.data, Image) for record in bag.records(["/camera/front/image_raw"])]
    assert all(each in sent for each in heard)


def test_time_goes_where_it_is_told_to_and_stands_still_when_asked(cinema: Open) -> None:
    played = cinema(*ALONE, "player:position:=5.0")
    played.start()
    played.until(lambda: len(played.audience.states) > 10)
    begin_ns = played.audience.stamps("clock")[0] - to_ns(5.0)
    for goal_s in (1.0, 9.0):
        assert played.set("position", goal_s) == ""
        told = states_from(played, begin_ns + to_ns(goal_s))
        assert all(abs(each - begin_ns - to_ns(goal_s)) < to_ns(1.0) for each in told)
    assert played.set("paused", True) == ""
    stopped = played.player.report().values["position_s"]
    assert played.set("speed", 3.0) == ""
    assert played.player.report().values["position_s"] == stopped
    assert "the bag ends after 14." in played.set("position", 20.0)
    assert "paused" in played.player.report().message


def test_it_ends_with_the_bag(cinema: Open) -> None:
    played = cinema(*ALONE, "player:position:=14.0")
    played.start()
    with pytest.raises(ExternalShutdownException):
        played.until(lambda: False)
    assert played.player.report().message == "ended"


def test_a_loop_begins_again(cinema: Open) -> None:
    played = cinema(*ALONE, "player:position:=14.0", "player:loop:=true")
    played.start()

    def went_back() -> bool:
        ticks = played.audience.stamps("clock")
        return any(before - after > to_ns(13.0) for before, after in pairwise(ticks))

    played.until(went_back)
    assert played.player.report().values["rounds"] == 1


def test_a_loop_shows_its_images_again(cinema: Open, tmp_path: Path) -> None:
    bag = SyntheticRun(tmp_path / "bag", 1.0).write()
    played = cinema(f"player:bag:={bag}", "player:listeners:=['/rosout']", "player:loop:=true")
    exposed: list[int] = []

    def see(image: Image) -> None:
        exposed.append(from_stamp(image.header.stamp))

    played.audience.create_subscription(Image, "camera/front/image_raw", see, IMAGES)
    played.start()
    played.until(lambda: sum(after < before for before, after in pairwise(exposed)) == 2)
    records = BagReader(bag).records(["/camera/front/image_raw"])
    assert set(exposed) <= {from_stamp(deserialize_message(record.data, Image).header.stamp) for record in records}


@pytest.mark.parametrize(("goal_s", "how"), [(8.1, "stepped back"), (12.5, "leapt ahead")])
def test_the_policy_forgets_the_time_that_was_left(cinema: Open, tmp_path: Path, goal_s: float, how: str) -> None:
    folder = write_tiny_bundle(tmp_path / "tiny")
    told = (f"policy:model:={folder.name}", f"policy:models:={folder.parent}", "policy:use_sim_time:=true")
    played = cinema(*GOLDEN, *told, "player:listeners:=['policy/journal']", "player:position:=8.0", beside=[PolicyNode])
    played.start()
    policy, heard = played.stages[1], played.audience.stamps
    played.until(lambda: len(heard("chunk")) >= 2)
    arrived_ns = heard("clock")[0] + to_ns(goal_s - 8.0)
    assert played.set("position", goal_s) == ""
    played.until(lambda: f"the clock {how} by" in policy.report().message)
    since = len(played.audience.heard)
    played.until(lambda: len(heard("chunk", since)) >= 2)
    now_ns = policy.get_clock().now().nanoseconds
    assert all(arrived_ns - to_ns(0.1) <= each <= now_ns + to_ns(0.1) for each in heard("chunk", since))


def test_beside_somebody_else_it_does_not_play(cinema: Open) -> None:
    played = cinema(*ALONE)
    played.audience.create_publisher(JointState, "joint_states", RECORDED_STATES)
    played.start()
    with pytest.raises(ResourceError, match=r"joint_states.*ROS_DOMAIN_ID"):
        played.until(lambda: False)


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ((f"player:bag:={BAG}",), "no images.*estimates:=recorded"),
        ((*GOLDEN, "player:bag_namespace:=left"), "has no joint_states"),
        ((*GOLDEN, "player:position:=15.0"), r"the bag ends after 14\."),
        ((f"player:bag:={BAG}", "player:estimates:=none"), "expected live or recorded"),
        (("player:bag:=/nowhere",), "does not exist"),
        ((), "'bag' is not set"),
    ],
)
def test_what_cannot_be_played_is_refused_at_the_start(cinema: Open, parameters: tuple[str, ...], named: str) -> None:
    with pytest.raises(DiffpolError, match=named):
        cinema(*parameters).start()
