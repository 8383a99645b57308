"""The cameras of the graph that this shell joins, as they publish now, against their calibration."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.resources import resource_root
from diffpol_ros.doctor.asking import ask
from diffpol_ros.doctor.finding import Finding, ill, warning, well
from diffpol_ros.estimation.calibration import CameraCalibration, load_camera
from diffpol_ros.graph.joining import joining

SLOWEST_RATE = 5.0
OLDEST_S, YOUNGEST_S = 0.2, -0.005
"""Of an image when it arrives; one from the future was stamped by another clock."""


def cameras(log_folder: Path, root: Path | None = None) -> Iterator[Finding]:
    """Listen for some seconds, and look at each camera that publishes or is calibrated."""
    environment = joining(os.environ) | {"ROS_LOG_DIR": str(log_folder)}
    said, failure = ask(["-m", "diffpol_ros.nodes.camera_probe"], environment)
    if failure:
        yield warning("cameras", f"not listened to: {failure}", "see what is said of ROS 2")
        return
    heard: dict[str, dict[str, float]] = json.loads(said)
    calibrated = _calibrated(resource_root() if root is None else root)
    if not heard:
        yield warning(
            "cameras",
            f"nobody publishes images in ROS domain {os.environ.get('ROS_DOMAIN_ID') or 0}",
            "start their drivers, so that they publish camera/<name>/image_raw; the twin brings its own",
        )
        return
    for name, told in sorted(heard.items()):
        yield judged(name, told, calibrated.get(name))
    for name in sorted(calibrated.keys() - heard.keys()):
        cure = "start its driver, or leave it out of the estimation node's cameras"
        yield warning(f"camera {name}", "calibrated, but publishes nothing", cure)


def judged(name: str, heard: Mapping[str, float], camera: CameraCalibration | None) -> Finding:
    """Return how a camera is that was heard so (see nodes.camera_probe), and is calibrated as `camera`, if it is."""
    thing, size = f"camera {name}", f"{heard['width']:.0f}x{heard['height']:.0f}"
    if not heard["images"]:
        return ill(thing, "offers images, but none came", "look at its driver, and at the DDS profile of this shell")
    if camera is None:
        return warning(thing, f"{size}, not calibrated", "diffpol calibrate intrinsics, then extrinsics")
    if (heard["width"], heard["height"]) != (camera.width, camera.height):
        told = f"{size}, but its calibration is for {camera.width}x{camera.height}"
        return ill(thing, told, "set the driver to that size, or calibrate anew")
    if heard.get("rate", 0.0) < SLOWEST_RATE:
        told = f"{size}, {heard['rate']:.1f} images/s" if "rate" in heard else f"{size}, one image in some seconds"
        return warning(thing, told, "let the driver publish more often, or spare the network: 0.9 MB an image")
    told = f"{size}, {heard['rate']:.1f} images/s, {1e3 * heard['age']:.0f} ms old as they arrive"
    if not YOUNGEST_S <= heard["age"] <= OLDEST_S:
        return warning(thing, told, "stamp images with their exposure, by a synchronised clock (chrony)")
    return well(thing, told)


def _calibrated(root: Path) -> dict[str, CameraCalibration]:
    """Return the cameras whose files can be read; `files.calibrations` tells of the others."""
    found: dict[str, CameraCalibration] = {}
    for path in sorted((root / "calibration" / "cameras").glob("[!.]*.yaml")):
        try:
            found[path.stem] = load_camera(str(path), placed=False)
        except DiffpolError:
            continue
    return found
