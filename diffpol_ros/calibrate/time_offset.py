"""The time offset between a camera and the robot, from a wiggle both of them saw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from diffpol_ros.calibrate.bundle import Bundle, adjust
from diffpol_ros.calibrate.chain import TargetView
from diffpol_ros.calibrate.correlation import Agreement, agreement
from diffpol_ros.calibrate.hand_eye_start import best_start
from diffpol_ros.calibrate.hand_series import HandSeries
from diffpol_ros.calibrate.motion import mean_pose, principal_ranges
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.target_pose import TargetPose, possible_poses
from diffpol_ros.core.settings import setting
from diffpol_ros.core.spatial import compose, inverse
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration

ROUNDS = 10
SMALL_SHIFT = 1e-6
START_VIEWS = 30
NEARLY_AS_GOOD = 0.15
FAR_APART = 0.02
CANDIDATES = 6
TWO_AXES = np.radians(6.0)


@dataclass(frozen=True)
class WiggleLimits:
    """What a wiggle must give to become a calibration."""

    reach: float = setting(0.5, description="Largest offset that is looked for, both ways [s]", minimum=0.02)
    frames: int = setting(40, description="Fewer images of the target than this are refused", minimum=20)
    correlation: float = setting(0.8, description="Motions that match less are refused", minimum=0.1, maximum=1.0)
    turn_deg: float = setting(8.0, description="The hand must turn so far, or move `travel` [deg]", minimum=0.1)
    travel: float = setting(0.05, description="The hand must move so far, or turn `turn_deg` [m]", minimum=1e-3)
    deviation: float = setting(0.003, description="Largest standard deviation [s]", minimum=1e-5)


@dataclass(frozen=True, eq=False)
class TimeOffset:
    """offset: add it to the stamps of the images to get the robot's time [s]; deviation: its standard deviation [s].

    agreement: the search it began with. frames: how many were used.
    """

    offset: float
    deviation: float
    residual_px: float
    frames: int
    agreement: Agreement


@dataclass(frozen=True, eq=False)
class Frame:
    """The target in one image of the wiggle; its view's hand is not known yet."""

    stamp_ns: int
    view: TargetView


def solve_time_offset(
    camera: CameraCalibration,
    frames: Sequence[Frame],
    series: HandSeries,
    mount: str,
    known: Pose | None = None,
    limits: WiggleLimits | None = None,
) -> TimeOffset:
    """Return the offset, or raise Refusal; `known`: the camera on its mount, which a wiggle about one axis needs."""
    limits = limits or WiggleLimits()
    frames = sorted(frames, key=lambda frame: frame.stamp_ns)
    seen = _tracked(camera, frames)
    frames = [frame for frame, pose in zip(frames, seen, strict=True) if pose is not None]
    poses = [pose for pose in seen if pose is not None]
    times = series.seconds([frame.stamp_ns for frame in frames])
    _check_motion(series, times, limits)
    matched = agreement(series, times, poses, limits.reach)
    _check_agreement(matched, limits)
    rig = _Rig(camera, mount, [frame.view for frame in frames], poses, times, series, known)
    found = sorted((rig.refine(peak) for peak in matched.peaks(NEARLY_AS_GOOD)[:CANDIDATES]), key=_misfit)
    best = found[0]
    for other in found[1:]:
        if abs(other[0] - best[0]) > FAR_APART and _misfit(other) < 1.2 * _misfit(best):
            both = f"{best[0]:.3f} and {other[0]:.3f} s"
            raise Refusal(f"offsets of {both} fit as well: wiggle irregularly, not in rhythm")
    return _checked(best, matched, limits)


class _Rig:
    """The chain with the hand read off the series at the images' stamps plus an offset."""

    def __init__(
        self,
        camera: CameraCalibration,
        mount: str,
        views: list[TargetView],
        seen: list[Pose],
        times: Array,
        series: HandSeries,
        known: Pose | None,
    ) -> None:
        self._camera, self._mount, self._known = camera, mount, known
        self._views, self._seen, self._times, self._series = views, seen, times, series

    def refine(self, offset: float) -> tuple[float, Bundle]:
        """Return the nearest offset [s] that fits best, and the fit there."""
        hands = self._placed(offset)
        diverse = principal_ranges([view.hand for _, view in hands])[1] > TWO_AXES
        camera, target = self._start(hands, diverse)
        unknowns = ("camera", "target", "shift") if diverse else ("target", "shift")
        bundle = self._adjust(offset, (camera, target), unknowns)
        for _ in range(ROUNDS):
            offset += bundle.state.shift
            if abs(bundle.state.shift) < SMALL_SHIFT:
                break
            bundle = self._adjust(offset, (bundle.state.camera, bundle.state.target), unknowns)
        return offset, bundle

    def _adjust(self, offset: float, start: tuple[Pose, Pose], unknowns: Sequence[str]) -> Bundle:
        return adjust(self._camera, [view for _, view in self._placed(offset)], self._mount, start, unknowns)

    def _placed(self, offset: float) -> list[tuple[Pose, TargetView]]:
        """Return the target's pose and the view, with its hand, of each image that the series covers."""
        inside = self._series.covered(self._times + offset)
        hands, twists = self._series.at(self._times[inside] + offset)
        kept = [pair for pair, good in zip(zip(self._seen, self._views, strict=True), inside, strict=True) if good]
        return [
            (pose, replace(view, hand=hand, twist=twist))
            for (pose, view), hand, twist in zip(kept, hands, twists, strict=True)
        ]

    def _start(self, placed: list[tuple[Pose, TargetView]], diverse: bool) -> tuple[Pose, Pose]:
        some = placed[:: max(1, len(placed) // START_VIEWS)]
        poses, views = [pose for pose, _ in some], [view for _, view in some]
        if diverse:
            start = best_start(self._camera, views, [[TargetPose(pose, 0.0)] for pose in poses], self._mount)
            return start.camera, start.target
        if self._known is None:
            raise Refusal("the hand turned about one axis only: turn it about two, or calibrate hand-eye first")
        ways = [view.hand if self._mount == "end_effector" else inverse(view.hand) for view in views]
        targets = [compose(compose(way, self._known), pose) for way, pose in zip(ways, poses, strict=True)]
        return self._known, mean_pose(targets)


def _tracked(camera: CameraCalibration, frames: Sequence[Frame]) -> list[Pose | None]:
    """Return the target in the camera in each image: of two possible poses the one nearer to the last."""
    found: list[Pose | None] = []
    last: Pose | None = None
    for frame in frames:
        poses = [one.pose for one in possible_poses(camera, frame.view.points, frame.view.pixels)]
        if poses and last is not None:
            before = Rotation.from_quat(last.quaternion).inv()
            poses.sort(key=lambda pose: (before * Rotation.from_quat(pose.quaternion)).magnitude())
        found.append(poses[0] if poses else None)
        last = found[-1] or last
    return found


def _check_motion(series: HandSeries, times: Array, limits: WiggleLimits) -> None:
    inside = series.covered(times)
    if np.count_nonzero(inside) < limits.frames:
        raise Refusal(
            f"{np.count_nonzero(inside)} images show the target while hand poses were recorded, "
            f"at least {limits.frames} are needed: wiggle longer, in view"
        )
    hands, _ = series.at(times[inside])
    turned = float(np.degrees(principal_ranges(hands)[0]))
    travelled = float(np.ptp([hand.position for hand in hands], axis=0).max())
    if turned < limits.turn_deg and travelled < limits.travel:
        raise Refusal(
            f"the hand turned by {turned:.1f} degrees and moved by {1e3 * travelled:.0f} mm only: "
            f"wiggle it by {limits.turn_deg:.0f} degrees or {1e3 * limits.travel:.0f} mm, briskly, several times"
        )


def _check_agreement(matched: Agreement, limits: WiggleLimits) -> None:
    best = int(np.argmax(matched.best))
    if matched.best[best] < limits.correlation:
        raise Refusal(
            f"hand and images move alike by {matched.best[best]:.2f} only, expected {limits.correlation:.2f}: "
            "wiggle more briskly, with the whole target in view"
        )
    if best in (0, len(matched.offsets) - 1):
        raise Refusal(f"the offset is {limits.reach} s or more: synchronise the clocks of camera and robot (chrony)")


def _checked(best: tuple[float, Bundle], matched: Agreement, limits: WiggleLimits) -> TimeOffset:
    offset, bundle = best
    deviation = float(np.sqrt(bundle.covariance[12, 12]))
    if not 0.0 < deviation < limits.deviation:
        raise Refusal(
            f"the offset would be known to {1e3 * deviation:.1f} ms only, expected {1e3 * limits.deviation:.1f}: "
            "wiggle longer and more briskly"
        )
    return TimeOffset(offset, deviation, bundle.residual_px, int(bundle.of_view[-1]) + 1, matched)


def _misfit(found: tuple[float, Bundle]) -> float:
    """Return how badly images and hands fit together [m]: what the hands must slip at arm's length, and corners."""
    scatter = found[1].scatter
    return scatter.position + 0.3 * scatter.rotation + 1e-4 * scatter.corner_px
