"""Recordings at many places become powers of distance and tag size."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.estimation.noise.law import fit
from diffpol_ros.estimation.noise.model import Delay
from diffpol_ros.estimation.noise.place import AxisRecord, Place
from diffpol_ros.estimation.noise.recording import NoiseError

DISTANCES, SIZES = (0.3, 0.5, 0.8, 1.0), (0.048, 0.0195)


def place(distance: float, size: float, white: float, **others: object) -> Place:
    drifting = AxisRecord(white, 0.5 * white, 2.0, 0.0, 0.0, offset=-3.0 * white)
    turning = AxisRecord(2.0 * white, 0.0, 0.0, 0.0, 0.0)
    figures = {"lost": 0, "bursts": 0, "longest_burst": 0, "flips": 0, "flip_angle": 0.0, **others}
    axes = [drifting] * 3 + [turning] * 3
    return Place(
        size,
        distance,
        (0.5, 0.0, 0.0),
        100,
        10.0,
        15.0,
        *figures.values(),
        **dict(zip(("x", "y", "z", "rx", "ry", "rz"), axes, strict=True)),
        along=0.0,
        across=0.0,
    )


@settings(max_examples=50, derandomize=True)
@given(st.floats(1e-5, 1e-2), st.floats(-1.0, 4.5), st.floats(-1.0, 3.5))
def test_the_powers_and_all_parts_of_the_noise_come_back(factor: float, power: float, size_power: float):
    def law(distance: float, size: float) -> float:
        return max(factor * distance**power * (0.048 / size) ** size_power, 2e-7)

    places = [place(distance, size, law(distance, size)) for distance in DISTANCES for size in SIZES]
    fitted = fit("block", 0.048, places)
    if min(one.x.white for one in places) > 1e-6:
        assert fitted.x.distance_power == pytest.approx(power, abs=1e-6)
        assert fitted.x.size_power == pytest.approx(size_power, abs=1e-6)
        for one in places:
            scale = fitted.scales(one.distance, one.tag_size)
            assert fitted.x.white * scale[0] == pytest.approx(one.x.white)
            assert fitted.x.drift * scale[0] == pytest.approx(0.5 * one.x.white)
            assert fitted.x.bias * scale[0] == pytest.approx(3.0 * one.x.white)
            assert fitted.rx.white * scale[3] == pytest.approx(2.0 * one.x.white)
    assert fitted.x.drift_time == 2.0 and fitted.rx.drift == 0.0 and fitted.rx.bias == 0.0


def test_what_was_not_varied_gets_no_power():
    fitted = fit("block", 0.048, [place(0.6, 0.048, 0.001), place(0.61, 0.048, 0.004)])
    assert fitted.x.distance_power == fitted.x.size_power == 0.0
    assert fitted.x.white == pytest.approx(0.002)


def test_beyond_what_was_measured_is_named():
    fitted = fit("block", 0.048, [place(one, size, one**2) for one in DISTANCES for size in SIZES])
    assert fitted.complaint(0.7) == fitted.complaint(0.7, 0.03) == ""
    assert fitted.complaint(1.2) == "1.20 m lies outside the measured 0.3..1 m"
    assert fitted.complaint(0.7, 0.08) == "tags of 80 mm lie outside 19.5..48 mm"


def test_flips_and_losses_are_pooled_over_the_places_of_its_own_tags():
    own = [
        place(0.4, 0.048, 0.001, flips=1, flip_angle=0.4),
        place(0.8, 0.048, 0.002, lost=20, bursts=4, longest_burst=9, flips=3, flip_angle=0.8),
    ]
    fitted = fit("block", 0.048, [*own, place(0.8, 0.0195, 0.01, lost=500, bursts=3, flips=70)])
    assert fitted.flips.probability == 4 / 200 and fitted.flips.angle == pytest.approx(0.7)
    assert fitted.dropouts.probability == pytest.approx(20 / 220) and fitted.dropouts.burst == 5.0


def test_delays_range_from_the_fastest_place_to_the_slowest():
    places = [replace(place(0.6, 0.048, 0.001), delay=one, delay_least=one - 0.01) for one in (0.05, 0.07, 0.06)]
    delay = fit("block", 0.048, places).delay
    assert isinstance(delay, Delay)
    assert (delay.least, delay.most, delay.jitter) == pytest.approx((0.04, 0.06, 0.02))
    assert fit("block", 0.048, [place(0.6, 0.048, 0.001)]).delay is None


def test_recordings_of_other_tags_only_are_refused():
    with pytest.raises(NoiseError, match="none of 1 recordings is of its own tags of 48 mm"):
        fit("block", 0.048, [place(0.6, 0.0195, 0.001)])
