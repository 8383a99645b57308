"""`diffpol noise`: from a bag and from the twin to a file, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.cli.main import main
from diffpol_ros.core.clock import NANOSECONDS, to_ns
from diffpol_ros.core.types import Array
from diffpol_ros.estimation.noise.model import load_noise
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.schemas import encode
from tests.replay.synthetic import MS, START_NS, header, make, pose

KIND = "geometry_msgs/msg/PoseWithCovarianceStamped"
DELAY_NS, PERIOD_NS, LOST = 40 * MS, 50 * MS, 7
NEAR, FAR = np.array([0.6, 0.0, 0.03]), np.array([0.3, 0.0, 0.03])


def bag_of(folder: Path, place: Array, white: float, topic: str = "/objects/block/pose", pushed: float = 0.0) -> Path:
    """Write a bag of 20 s with an object at `place`, every 40th frame lost, and pushed along y in the middle."""
    random = np.random.default_rng(0)
    with BagWriter(folder) as writer:
        number = writer.add_topic(topic, KIND)
        for frame in range(400):
            if frame % 40 == LOST:
                continue
            stamp_ns = START_NS + frame * PERIOD_NS
            where = place + white * random.standard_normal(3) + [0.0, pushed * (frame > 200), 0.0]
            half = 0.002 * random.standard_normal()
            seen = make(
                "geometry_msgs/msg/PoseWithCovariance",
                pose=pose(where, (0.0, 0.0, np.sin(half), np.cos(half))),
                covariance=np.zeros(36),
            )
            message = make(KIND, header=header(stamp_ns), pose=seen)
            writer.write(number, stamp_ns + DELAY_NS, stamp_ns + DELAY_NS - MS, encode(message, KIND))
    return folder


def test_a_bag_becomes_a_noise_file_and_another_place_a_law(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = str(tmp_path / "lab.yaml")
    near, far = bag_of(tmp_path / "near", NEAR, 0.001), bag_of(tmp_path / "far", FAR, 0.004)
    assert main(["noise", "record", output, "--bag", str(near), "--cameras", "front"]) == 0
    entry = load_noise(output).of("block")
    assert entry.x.white == pytest.approx(0.001, rel=0.1) and entry.rz.white == pytest.approx(0.004, rel=0.1)
    assert entry.rate == pytest.approx(20.0) and entry.places[0].lost == 10
    assert entry.delay is not None and entry.delay.least == pytest.approx(DELAY_NS / NANOSECONDS)
    assert "Recorded with: diffpol" in Path(output).read_text()
    assert main(["noise", "record", output, "--bag", str(far), "--cameras", "front", "--add"]) == 0
    entry = load_noise(output).of("block")
    expected = np.log(4.0) / np.log(entry.places[1].distance / entry.places[0].distance)
    assert len(entry.places) == 2 and entry.x.distance_power == pytest.approx(expected, rel=0.1)
    capsys.readouterr()
    picture = tmp_path / "noise.png"
    assert main(["noise", "show", output, "--output", str(picture), "--distance", "2.0"]) == 0
    assert picture.stat().st_size > 10_000
    shown = capsys.readouterr().out
    assert "x [mm]" in shown and "extrapolated: 2.00 m lies outside the measured" in shown


def test_only_the_asked_part_of_a_bag_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output, bag = str(tmp_path / "lab.yaml"), str(bag_of(tmp_path / "pushed", NEAR, 0.0005, pushed=0.01))
    assert main(["noise", "record", output, "--bag", bag]) == 1
    assert "moved during the recording: 9.9 mm along y, 10.1 s after" in capsys.readouterr().err
    assert not Path(output).exists()
    assert main(["noise", "record", output, "--bag", bag, "--start", "10.2", "--seconds", "5"]) == 0
    assert load_noise(output).of("block").places[0].duration == pytest.approx(5.0, abs=0.1)


def test_what_cannot_be_recorded_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bag = bag_of(tmp_path / "bag", NEAR, 0.001, topic="/lab/objects/block/pose")
    existing = tmp_path / "old.yaml"
    existing.write_text("")
    new = str(tmp_path / "new.yaml")
    for arguments, named in (
        ([new], "give one of --twin, --bag PATH and --live"),
        ([new, "--twin", "--live"], "give one of"),
        ([new, "--bag", str(bag)], "has no message on /objects/block/pose; it has /lab/objects/block/pose"),
        ([str(existing), "--bag", str(bag)], "exists; --add a place to it, or --replace it"),
        ([new, "--twin", "--objects", "base"], "the twin has only the block"),
    ):
        assert main(["noise", "record", *arguments]) == 1
        error = capsys.readouterr().err
        assert named in error and error.count("\n") == 1
    assert main(["noise", "record", new, "--bag", str(bag), "--namespace", "lab"]) == 0


def test_a_place_seen_by_other_cameras_is_not_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output, bag = str(tmp_path / "lab.yaml"), str(bag_of(tmp_path / "bag", NEAR, 0.001))
    assert main(["noise", "record", output, "--bag", bag, "--cameras", "front"]) == 0
    assert main(["noise", "record", output, "--bag", bag, "--cameras", "side", "--add"]) == 1
    assert "was recorded with other cameras" in capsys.readouterr().err


@pytest.mark.gl
def test_the_twin_is_recorded_with_tags_of_any_size(tmp_path: Path) -> None:
    output = tmp_path / "twin.yaml"
    few = ["--places", "1", "--frames", "55", "--distances", "0.4", "--tag-sizes", "0.048", "0.0195"]
    assert main(["noise", "record", str(output), "--twin", *few]) == 0
    large, small = load_noise(str(output)).of("block").places
    assert (large.tag_size, small.tag_size) == (0.048, 0.0195)
    assert large.distance == small.distance == pytest.approx(0.4)
    assert large.lost == small.lost == 0 and large.rate == pytest.approx(15.0)
    assert 0.0 < large.x.white < small.x.white < 0.001
    for place in (large, small):
        assert all(axis.offset is not None and abs(axis.offset) < 0.002 for axis in place.axes[:3])
    assert to_ns(large.duration) == pytest.approx(54 * to_ns(1.0 / 15.0), rel=1e-3)
