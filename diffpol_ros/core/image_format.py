"""How images are stored in a bag: as they were sent, or packed."""

from dataclasses import dataclass
from typing import Literal, get_args

from diffpol_ros.core.errors import SettingsError

ImageKind = Literal["raw", "png", "jpeg"]
JPEG_QUALITY, BEST_QUALITY = 95, 100


@dataclass(frozen=True)
class ImageFormat:
    """kind: raw: as they were sent; png: packed without loss; jpeg: with loss, less of it at a higher jpeg_quality."""

    kind: str = "raw"
    jpeg_quality: int = JPEG_QUALITY

    def __post_init__(self) -> None:
        """Refuse what is no format, and a quality that JPEG does not know."""
        known = get_args(ImageKind)
        if self.kind not in known:
            raise SettingsError(f"image_format is {self.kind!r}, expected one of {', '.join(known)}")
        if not 1 <= self.jpeg_quality <= BEST_QUALITY:
            raise SettingsError(f"jpeg_quality is {self.jpeg_quality}, expected 1 to {BEST_QUALITY}")

    @property
    def packs(self) -> bool:
        """Return whether images are stored otherwise than they were sent."""
        return self.kind != "raw"


AS_SENT = ImageFormat()
