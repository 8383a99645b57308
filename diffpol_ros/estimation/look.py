"""What a camera shows at one instant, and what looking at it gave."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.estimation.detection.memory import Memory
from diffpol_ros.estimation.detection.sighting import Sighting


@dataclass(frozen=True, eq=False)
class Frame:
    """One image of a camera, exposed at `stamp_ns`; pixels (height, width[, 3]) uint8 of a ROS `encoding`."""

    camera: str
    stamp_ns: int
    pixels: NDArray[np.uint8]
    encoding: str = "mono8"


@dataclass(frozen=True, eq=False)
class Look:
    """What looking at a frame gave: a sighting, or why there is none.

    checksum: of the pixels (`images.checksum`), by which the image is known again. memory: what the detector goes by
    in the next image, None where it remembers nothing.
    """

    camera: str
    stamp_ns: int
    sighting: Sighting | None
    complaint: str = ""
    checksum: int = 0
    memory: Memory | None = None
