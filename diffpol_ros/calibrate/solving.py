"""From a folder of captures to what the solvers read, or an error that names the image and what is wrong with it."""

from collections.abc import Sequence

from diffpol_ros.calibrate.captures import CaptureSet
from diffpol_ros.calibrate.chain import TargetView
from diffpol_ros.calibrate.hand_series import HandSeries
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.targets import Target, view_of
from diffpol_ros.calibrate.time_offset import Frame
from diffpol_ros.estimation.calibration import CameraCalibration, require_serial


def check_camera(camera: CameraCalibration, captures: CaptureSet) -> None:
    """Raise Refusal where captures are not of the camera that was calibrated."""
    if captures.camera != camera.name:
        raise Refusal(f"the captures are of camera {captures.camera!r}, the calibration is of {camera.name!r}")
    require_serial(camera, captures.serial)
    if captures.size != (camera.width, camera.height):
        taken, known = (f"{width}x{height}" for width, height in (captures.size, (camera.width, camera.height)))
        raise Refusal(f"the captures are {taken}, the calibration of {camera.name} is for {known}: use one size")


def views_in(camera: CameraCalibration, captures: CaptureSet, target: Target, needs_hand: bool) -> list[TargetView]:
    """Return what the images show of the target, undistorted; images without it are left out."""
    check_camera(camera, captures)
    if needs_hand:
        _check_hands(captures)
    found = []
    for index, capture in enumerate(captures.captures):
        name = capture.name or f"image {index}"
        found.append(view_of(camera, name, target.detect(capture.image, camera), capture.hand))
    if all(view is None for view in found):
        raise Refusal(f"none of {len(found)} images shows what is looked for: is it another board or tag?")
    return [view for view in found if view is not None]


def wiggle_in(camera: CameraCalibration, captures: CaptureSet, target: Target) -> tuple[list[Frame], HandSeries]:
    """Return the images of a wiggle that show the target, and the hand meanwhile."""
    if not captures.hands:
        raise Refusal("the captures hold no record of the hand: run `diffpol calibrate capture time-offset`")
    check_camera(camera, captures)
    frames = []
    for index, capture in enumerate(captures.captures):
        view = view_of(camera, capture.name or f"image {index}", target.detect(capture.image, camera), None)
        if view is not None:
            frames.append(Frame(capture.stamp_ns, view))
    return frames, HandSeries.of(captures.hands)


def _check_hands(captures: CaptureSet) -> None:
    without = [capture.name or str(index) for index, capture in enumerate(captures.captures) if capture.hand is None]
    if without:
        raise Refusal(f"no hand pose with {_some(without)}: run `diffpol calibrate capture hand-eye`")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
