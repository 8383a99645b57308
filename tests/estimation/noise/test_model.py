"""Noise files: what they refuse, and that they come back as they were written."""

from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.errors import DiffpolError, SettingsError
from diffpol_ros.estimation.noise.file import save_noise
from diffpol_ros.estimation.noise.model import Dropouts, NoiseModel, load_noise

DEFAULT = load_noise("default")


def same(one: object, other: object) -> bool:
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return np.isclose(one, other, rtol=1e-3) if isinstance(one, float) else one == other  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ["default", "twin"])
def test_a_file_is_read_back_to_four_digits(name: str, tmp_path: Path):
    model = load_noise(name)
    save_noise(model, tmp_path / "again.yaml", "first line\nsecond line")
    assert (tmp_path / "again.yaml").read_text().startswith("# first line\n# second line\nschema_version: 1\n")
    assert same(model, load_noise(str(tmp_path / "again.yaml")))


def test_the_twin_is_recorded_over_distances_and_tag_sizes():
    entry = load_noise("twin").of("block")
    assert entry.valid is not None
    assert (entry.valid.nearest, entry.valid.farthest) == (0.3, 1.0)
    assert (entry.valid.smallest, entry.valid.largest) == (0.0195, 0.048)
    assert entry.x.distance_power > 1.0 and entry.x.size_power > 0.0
    ratios = [place.x.white / entry.x.white / entry.scales(place.distance, place.tag_size)[0] for place in entry.places]
    assert 0.5 < np.median(ratios) < 2.0  # single places differ more: the face that is seen, one camera or both


def changed(tmp_path: Path, **values: object) -> Path:
    """Return the default file with entries of its object replaced."""
    plain = yaml.safe_load(Path("calibration/noise/default.yaml").read_text())
    plain["objects"][0].update(values)
    path = tmp_path / "noise.yaml"
    path.write_text(yaml.safe_dump(plain))
    return path


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"x": {"white": -0.001}}, r"objects\[0\]\.x\.white is -0\.001, expected at least 0"),
        ({"x": {"white": float("nan")}}, "expected a finite number"),
        ({"x": {"wite": 0.001}}, "did you mean 'white'"),
        ({"dropouts": {"probability": 0.9, "burst": 2.0}}, "burst is 2.0: losing 0.9 of all needs at least 9"),
        ({"delay": {"least": 0.3, "most": 0.1, "jitter": 0.0}}, "least 0.3 s > most 0.1 s: swapped"),
        ({"x": {"white": 0.001, "distance_power": 2.0}}, "no viewpoints to measure from"),
        ({"rate": 0.0}, "rate is 0.0, expected at least 0.1"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, values: dict[str, object], named: str):
    with pytest.raises(SettingsError, match=named):
        load_noise(str(changed(tmp_path, **values)))


def test_a_newer_file_is_said_to_be_newer_whatever_else_it_holds(tmp_path: Path):
    path = tmp_path / "new.yaml"
    path.write_text("schema_version: 7\nnew_things: [1]\n")
    with pytest.raises(SettingsError, match=r"schema_version is 7, this version of diffpol_ros reads up to 1: update"):
        load_noise(str(path))


@pytest.mark.parametrize("text", ["", "[1, 2]", "schema_version: one", "a: {b", "\x00"])
def test_what_is_no_noise_file_is_refused_with_its_name(tmp_path: Path, text: str):
    path = tmp_path / "damaged.yaml"
    path.write_text(text)
    with pytest.raises(DiffpolError, match=r"damaged\.yaml"):
        load_noise(str(path))


def test_an_object_is_described_once():
    with pytest.raises(ValueError, match="'block' has more than one entry"):
        NoiseModel("", "", (*DEFAULT.objects, *DEFAULT.objects))


def test_an_unknown_object_is_named_with_what_exists():
    with pytest.raises(SettingsError, match="no object 'blok'; did you mean 'block'"):
        DEFAULT.of("blok")


@given(st.floats(0.0, 0.9), st.floats(1.0, 50.0))
def test_bursts_keep_the_share_of_lost_frames(probability: float, burst: float):
    if probability > burst / (1.0 + burst):
        return
    dropouts = Dropouts(probability, burst)
    balance = dropouts.after_frame / (1.0 + dropouts.after_frame - dropouts.after_loss)
    assert balance == pytest.approx(probability, abs=1e-12)


def test_noise_of_one_kind_everywhere_needs_no_distance():
    assert DEFAULT.of("block").scales(3.0).tolist() == [1.0] * 6
    assert DEFAULT.of("block").complaint(3.0) == ""
    assert replace(DEFAULT, viewpoints=((0.0, 0.0, 1.0), (0.0, 1.0, 0.0))).distance_to(np.zeros(3)) == 1.0
