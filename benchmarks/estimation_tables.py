"""What the scores of the campaign say: errors by distance and by what saw the object, honesty, and targets."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import chi2

from benchmarks.estimation_ways import OURS, PEERS, WAYS, Score
from diffpol_ros.core.statistics import clopper_pearson
from diffpol_ros.core.types import Array

FLIP_DEG = 15.0
BINS = ((0.3, 0.45), (0.45, 0.65), (0.65, 0.85), (0.85, 1.0))
TARGET_BIN = BINS[1]
FLIPS_ALLOWED = 0.001
SHARE_OF_PEERS = 0.5
FREEDOM = 6
HEADER = f"{'':44}{'found':>7}{'unsure':>8}   {'mm median / p95 / p99 / worst':>32}   {'deg, the same':>30}{'flips':>9}"


def final(scores: Sequence[Score], filtered: bool) -> list[Score]:
    """Return the answers after the last frame, or those to the first frame alone."""
    last = max(score.frame for score in scores)
    return [score for score in scores if score.filtered == filtered and score.frame == (last if filtered else 0)]


def print_errors(scores: Sequence[Score], filtered: bool) -> None:
    """Print the errors of each way by distance, with one camera and with two."""
    chosen = final(scores, filtered)
    print(f"\n{'after the last frame' if filtered else 'one frame alone'}\n{HEADER}")
    for cameras in (1, 2):
        for way in [way for way in WAYS if any(score.way == way for score in chosen)]:
            of_way = [score for score in chosen if score.way == way and score.cameras == cameras]
            print_row(f"{cameras} camera{'s'[: cameras - 1]}: {way}", of_way)
            for low, high in BINS:
                print_row(f"    {low:.2f} to {high:.2f} m", [one for one in of_way if low <= one.distance < high])


def print_by_view(scores: Sequence[Score]) -> None:
    """Print our errors by the number of tags and cameras that saw the object."""
    print(f"\nours after the last frame, by what saw the object\n{HEADER}")
    chosen = [score for score in final(scores, True) if score.way == OURS]
    groups: dict[str, Callable[[Score], bool]] = {
        "one tag, in one camera": lambda score: score.seen_by == 1 and score.tags == 1,
        "two tags, in one camera": lambda score: score.seen_by == 1 and score.tags == 2,
        "three tags, in one camera": lambda score: score.seen_by == 1 and score.tags >= 3,
        "two tags, one in each camera": lambda score: score.seen_by == 2 and score.tags == 2,
        "more tags, in two cameras": lambda score: score.seen_by == 2 and score.tags > 2,
    }
    for name, belongs in groups.items():
        print_row(name, [score for score in chosen if belongs(score)])
    for arm in ("home", "above", "grasping"):
        print_row(f"the arm {arm}", [score for score in chosen if score.arm == arm])


def print_row(name: str, scores: Sequence[Score]) -> None:
    """Print what is known of some scores in a line."""
    answered = [score for score in scores if score.found]
    if not answered:
        print(f"{name:44}{0.0:7.1%}" if scores else f"{name:44}  none")
        return
    found, unsure = len(answered) / len(scores), float(np.mean([score.ambiguous for score in scores]))
    flips = float(np.mean([score.degrees > FLIP_DEG for score in answered]))
    millimetres = _quantiles([score.millimetres for score in answered])
    degrees = _quantiles([score.degrees for score in answered])
    print(f"{name:44}{found:7.1%}{unsure:8.1%}   {millimetres:>32}   {degrees:>30}{flips:9.2%}")


def _quantiles(values: Sequence[float]) -> str:
    return " /".join(f"{value:7.2f}" for value in np.percentile(values, [50, 95, 99, 100]))


def print_honesty(scores: Sequence[Score]) -> None:
    """Print how our errors compare with our covariances, by camera, noise and blur."""
    print("\nours: error squared over its covariance, a degree of freedom (honest: mean 1, 95 % within)")
    for filtered in (False, True):
        chosen = [score for score in final(scores, filtered) if score.way == OURS and score.found]
        for cameras in (1, 2):
            of_number = [score for score in chosen if score.cameras == cameras]
            kind = "after the last frame" if filtered else "one frame"
            _print_nees(f"{cameras} camera{'s'[: cameras - 1]}, {kind}", of_number)
            for noise, blur in sorted({(score.noise, score.blur) for score in of_number}):
                some = [score for score in of_number if (score.noise, score.blur) == (noise, blur)]
                _print_nees(f"    noise {noise:.0f}, blur {blur} px", some)


def _print_nees(name: str, scores: Sequence[Score]) -> None:
    if not scores:
        return
    mean, band = mean_nees(scores)
    within = np.mean([score.nees < chi2.ppf(0.95, FREEDOM) for score in scores])
    half = [
        float(np.mean([getattr(score, part) for score in scores])) / 3.0 for part in ("nees_position", "nees_rotation")
    ]
    median = np.median([score.nees for score in scores]) / chi2.median(FREEDOM)
    print(
        f"{name:36} n {len(scores):5d}  mean {mean:8.2f} (honest {band[0]:.2f} to {band[1]:.2f})  median {median:5.2f}"
        f"  within {within:6.1%}  position {half[0]:8.2f}  rotation {half[1]:8.2f}"
    )


def mean_nees(scores: Sequence[Score]) -> tuple[float, Array]:
    """Return the mean NEES a degree of freedom, and where 95 % of such means lie if the covariances are honest."""
    freedom = FREEDOM * len(scores)
    mean = float(np.sum([score.nees for score in scores])) / freedom
    return mean, np.asarray(chi2.ppf([0.025, 0.975], freedom) / freedom)


def print_targets(scores: Sequence[Score]) -> None:
    """Print what was to be reached, and whether it was."""
    print("\ntargets")
    _print_flips([score for score in scores if score.way == OURS and score.found])
    chosen = final(scores, True)
    for cameras in (1, 2) if any(score.way == PEERS for score in chosen) else ():
        ours, theirs = (_percentile_near(chosen, way, cameras) for way in (OURS, PEERS))
        said = f"p95 {ours:.2f} mm, {ours / theirs:.2f} of peers' {theirs:.2f} mm"
        _verdict(ours <= SHARE_OF_PEERS * theirs, f"{cameras} camera{'s'[: cameras - 1]} at 0.6 m: {said}")
    for filtered in (False, True):
        for cameras in (1, 2):
            _print_honest(final(scores, filtered), cameras, "filtered" if filtered else "one frame")


def _print_flips(scores: Sequence[Score]) -> None:
    backed = [score for score in scores if score.tags >= 2 or score.seen_by >= 2]
    flipped = [score for score in backed if score.degrees > FLIP_DEG]
    share = len(flipped) / max(1, len(backed))
    # The frames of one scene are much alike: only views of different scenes are counted as independent.
    views, bad = (len({(score.seed, score.through) for score in some}) for some in (backed, flipped))
    above = clopper_pearson(bad, views)[1] if views else 1.0
    said = f"{len(flipped)} of {len(backed)} answers in {views} views (95 % sure: in fewer than {above:.2%} of them)"
    _verdict(share < FLIPS_ALLOWED, f"flips where two tags or two cameras saw it: {said}")


def _percentile_near(scores: Sequence[Score], way: str, cameras: int) -> float:
    low, high = TARGET_BIN
    near = [one for one in scores if one.way == way and one.cameras == cameras and low <= one.distance < high]
    return float(np.percentile([score.millimetres for score in near if score.found], 95))


def _print_honest(scores: Sequence[Score], cameras: int, kind: str) -> None:
    chosen = [score for score in scores if score.way == OURS and score.found and score.cameras == cameras]
    mean, band = mean_nees(chosen)
    name = f"{cameras} camera{'s'[: cameras - 1]}, {kind}: mean squared error over covariance {mean:.2f}"
    _verdict(bool(band[0] <= mean <= band[1]), f"{name}, 95 % band {band[0]:.2f} to {band[1]:.2f}")


def _verdict(met: bool, text: str) -> None:
    print(f"  {'met    ' if met else 'NOT MET'}  {text}")
