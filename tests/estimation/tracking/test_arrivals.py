"""When images come must not matter, only when they were exposed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.estimation.detection.sighting import Sighting
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.fusion.fusion import FusionSettings
from diffpol_ros.estimation.fusion.hypotheses import difference
from diffpol_ros.estimation.tracking.arrivals import ABANDONED, Arrival, Arrivals
from diffpol_ros.estimation.tracking.filter import FilterSettings
from tests.estimation.scenes import BLOCK, FRONT, SIDE, error, exact_view
from tests.estimation.sightings import TRUTH, at, seen, shifted, show


def test_each_stamp_is_what_it_is() -> None:
    arrivals = Arrivals(window_ns=100, restart_after_ns=1000)
    frames = [("a", 5000), ("b", 4950), ("a", 4950), ("a", 4950), ("b", 4899), ("b", 5000), ("a", 3999), ("a", 4100)]
    assert [arrivals.take(*frame) for frame in frames] == [
        Arrival.IN_TIME,
        Arrival.LATE,
        Arrival.LATE,
        Arrival.REPEATED,
        Arrival.TOO_LATE,
        Arrival.IN_TIME,
        Arrival.SET_BACK,
        Arrival.IN_TIME,
    ]


def test_a_camera_behind_another_loses_its_own_images_and_nothing_else() -> None:
    estimator = Estimator([FRONT, SIDE], [BLOCK])
    for index in range(30):
        assert len(show(estimator, TRUTH, 10.0 + index / 15)) == 1
        assert show(estimator, TRUTH, 8.5 + index / 15, "side") == []
        (estimate,) = estimator.estimates(at(10.0 + index / 15))
        assert estimate.stamp_ns == at(10.0 + index / 15)
    assert estimator.counters.refused == {"out_of_order": 30}


def test_time_set_back_is_counted() -> None:
    estimator = Estimator([FRONT, SIDE], [BLOCK])
    for time_s in (10.0, 10.1, 3.0, 3.1):
        assert len(show(estimator, TRUTH, time_s)) == 1
    assert len(show(estimator, TRUTH, 3.15, "side")) == 1
    assert estimator.counters.refused == {"time_set_back": 1}


def test_a_camera_that_went_silent_ahead_of_the_others_does_not_keep_them_out() -> None:
    arrivals = Arrivals(window_ns=100, restart_after_ns=1000)
    arrivals.take("ahead", 50_000)
    found = [arrivals.take("alone", 10 * index) for index in range(40)]
    assert found == [Arrival.TOO_LATE] * ABANDONED + [Arrival.SET_BACK] + [Arrival.IN_TIME] * (39 - ABANDONED)


def test_what_is_older_than_the_window_or_came_before_is_refused_and_counted() -> None:
    estimator = Estimator([FRONT, SIDE], [BLOCK])
    assert len(show(estimator, TRUTH, 1.0)) == 1
    assert show(estimator, TRUTH, 1.0) == []
    assert show(estimator, TRUTH, 0.4) == []
    assert show(estimator, TRUTH, 0.4, "side") == []
    assert estimator.counters.refused == {"repeated": 1, "out_of_order": 2}
    assert estimator.counters.frames == {"front": 1}


def test_a_late_frame_corrects_the_present_estimate() -> None:
    shown = [(TRUTH, 0.0, "front"), (shifted(0.01), 0.05, "side"), (TRUTH, 0.1, "front")]
    finals = []
    for order in ((0, 1, 2), (0, 2, 1)):
        estimator = Estimator([FRONT, SIDE], [BLOCK], filtering=FilterSettings(time_constant=0.3))
        finals.append([show(estimator, *shown[i]) for i in order][-1][0])
        assert estimator.counters.late["side"] == (order[-1] == 1)
    assert finals[1].stamp_ns == at(0.1)
    assert error(finals[0].pose, finals[1].pose) == pytest.approx((0.0, 0.0), abs=1e-7)
    assert error(finals[0].pose, TRUTH)[0] > 0.5


@settings(max_examples=25, deadline=None)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_any_order_of_arrival_within_the_window_gives_the_same_estimate(data: st.DataObject, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sightings, time_s = list[Sighting](), 0.0
    for index in range(9):
        time_s += float(rng.choice([0.0, 0.0004] if index % 2 else [0.0005, 0.0012, 0.02, 0.08]))
        pose = shifted(0.03 * np.sin(5.0 * time_s), 0.02 * time_s)
        view = exact_view((FRONT, SIDE)[index % 2], BLOCK, pose, 0.02, index, int(rng.integers(1, 4)))
        sightings.append(seen(view, time_s))
    finals = []
    for order in (sightings, data.draw(st.permutations(sightings))):
        estimator = Estimator([FRONT, SIDE], [BLOCK])
        for sighting in order:
            estimator.absorb(sighting)
        finals.append(estimator.estimates(at(time_s)))
    assert [final.stamp_ns for final in finals[0]] == [final.stamp_ns for final in finals[1]]
    for one, other in zip(*finals, strict=True):
        assert np.max(np.abs(difference(one.pose, other.pose))) < 1e-9
        assert np.max(np.abs(one.covariance - other.covariance)) < 1e-9


def test_nor_does_the_order_matter_to_what_is_learned_about_the_cameras() -> None:
    sightings = list[Sighting]()
    for index in range(80):
        pose = shifted(0.02 * np.sin(0.1 * index))
        camera, noise = ((FRONT, 0.01), (SIDE, 0.2))[index % 2]
        sightings.append(seen(exact_view(camera, BLOCK, pose, noise, index), 0.04 * index))
    finals = []
    for swapped in (False, True):
        estimator = Estimator([FRONT, SIDE], [BLOCK])
        for first in range(0, 80, 4):
            four = sightings[first : first + 4]
            for sighting in reversed(four) if swapped else four:
                estimator.absorb(sighting)
        finals += estimator.estimates(at(3.2))
    assert np.max(np.abs(difference(finals[0].pose, finals[1].pose))) < 1e-9


def test_a_noisy_camera_is_learned_to_count_less() -> None:
    medians = []
    for learn in (False, True):
        fusion = FusionSettings(noise_px=0.05, learn_noise=learn)
        estimator, found = Estimator([FRONT, SIDE], [BLOCK], fusion, FilterSettings(time_constant=0.0)), []
        for index in range(120):
            for camera, noise in ((FRONT, 0.02), (SIDE, 0.4)):
                view = exact_view(camera, BLOCK, TRUTH, noise, 2 * index + (camera is SIDE))
                found.append(estimator.absorb(seen(view, 0.05 * index)))
        medians.append(np.median([error(one.pose, TRUTH)[0] for later in found[121::2] for one in later]))
    assert medians[1] < 0.5 * medians[0]
