"""Tags in an image: the interface of every detector, what it gives, and how it is told to look."""

from dataclasses import dataclass
from typing import Protocol

from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import Array, frozen_array
from diffpol_ros.estimation.detection.images import GreyImage

FAMILY = "tag36h11"
LIBRARIES = ("pupil", "opencv")
REFINED_BY = ("pattern", "edges", "none")


@dataclass(frozen=True, eq=False)
class TagDetection:
    """One tag in one image.

    corners: (4, 2) [pixel], (0, 0) the centre of the first pixel; in the tag frame (x right, y down) they are
    lower left, lower right, upper right, upper left of the black square. margin: how clearly its bits were
    read, in grey levels, of sharpened modules where the library sharpens. hamming: number of bits that were
    corrected. deviation_px: standard deviation of a corner, per axis, where the image tells.
    """

    id: int
    corners: Array
    margin: float
    hamming: int
    deviation_px: float | None = None

    def __post_init__(self) -> None:
        """Freeze the corners."""
        object.__setattr__(self, "corners", frozen_array(self.corners, (4, 2), "TagDetection.corners"))


@dataclass(frozen=True)
class DetectorSettings:
    """How tags are looked for.

    A power below 1 brings faces in light and in shadow closer together: next to a sunlit face the library takes
    the white border of a shaded one for black and misses the tag; below 0.7 it costs small tags, whose dark modules
    drown in the white ones beside them. A little blur takes most of what noise costs the search. Decimation and
    blur only search: refined corners come from the image as it is.
    """

    library: str = setting("pupil", description="Who searches: pupil (pupil-apriltags) or opencv")
    regions: bool = setting(True, description="Between whole images, search only around the tags of the last one")
    full_frame_every: int = setting(
        8, description="Search every n-th image whole, for new tags", minimum=1, maximum=600
    )
    region_margin: float = setting(
        0.6, description="Search this far around a tag [tag widths]", minimum=0.2, maximum=5.0
    )
    decimate: float = setting(1.0, description="Search squares in the image shrunk by this", minimum=1.0, maximum=8.0)
    sigma_px: float = setting(0.5, description="Gaussian blur before the search", minimum=0.0, maximum=5.0)
    threads: int = setting(1, description="Threads of the search", minimum=1, maximum=64)
    gamma: float = setting(0.8, description="Search in the image raised to this power", minimum=0.1, maximum=1.0)
    refine: str = setting("pattern", description="What tells the corners: pattern, edges, or none: as found")
    minimum_margin: float = setting(20.0, description="Refuse tags whose bits are less clear", minimum=0.0)
    maximum_hamming: int = setting(1, description="Refuse tags with more corrected bits", minimum=0, maximum=2)

    def __post_init__(self) -> None:
        """Refuse names that are not known."""
        if self.library not in LIBRARIES:
            raise ValueError(f"library is {self.library!r}, expected one of {', '.join(LIBRARIES)}")
        if self.refine not in REFINED_BY:
            raise ValueError(f"refine is {self.refine!r}, expected one of {', '.join(REFINED_BY)}")


class Detector(Protocol):
    """Anything that finds tags."""

    def detect(self, image: GreyImage) -> list[TagDetection]:
        """Return the tags in a (height, width) uint8 image."""
        ...

    def close(self) -> None:
        """Free what the detector holds."""
        ...
