"""Images of the moments that matter, and of those that somebody asks for."""

import re
from pathlib import Path

import pytest

from diffpol_ros.cli.film import film_of
from diffpol_ros.cli.main import main
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.report.moments import asked_moments, moments, shots
from diffpol_ros.replay.series import Run
from tests.reenact.bridge_bag import write_bag

FRAME_NS = 100_000_000


def test_asked_for_moments_show_the_first_image_from_then_on(bag: BagReader, run: Run) -> None:
    film = film_of(bag, run, "front")
    asked = asked_moments(run, (2.5, 1.0))
    found = {shot.moment.title: shot for shot in shots(film, moments(film, asked))}
    for moment in asked:
        assert 0 <= found[moment.title].exposed_ns - moment.at_ns < FRAME_NS
    assert found["asked for: 1 s"].url != found["asked for: 2.5 s"].url
    assert len(found) == len(moments(film)) + 2


def test_after_the_last_image_the_last_one_is_shown(bag: BagReader, run: Run) -> None:
    film = film_of(bag, run, "front")
    (shot,) = shots(film, asked_moments(run, (run.duration_s,)))
    assert shot.exposed_ns == max(exposed_ns for exposed_ns, _ in film.images())


@pytest.mark.parametrize("outside", [-0.1, 4.5, float("nan")])
def test_a_time_outside_the_run_is_refused_with_its_length(run: Run, outside: float) -> None:
    with pytest.raises(SettingsError, match=rf"--moments {outside:g}: the run lasts from 0 to 3\.999 s"):
        asked_moments(run, (1.0, outside))


def test_the_command_takes_several_moments(bag: BagReader, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["report", str(bag.folder), "--output", str(page), "--moments", "3.2", "0.5"]) == 0
    told = re.findall(r"asked for: ([\d.]+) s</figcaption>", page.read_text(encoding="utf-8"))
    assert told == ["0.5", "3.2"]


def test_moments_of_a_bag_without_images_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silent = write_bag(tmp_path / "bag", ["a", "b"], "/chatter")
    assert main(["report", str(silent), "--moments", "0"]) == 1
    assert "the bag holds no images of camera front" in capsys.readouterr().err
