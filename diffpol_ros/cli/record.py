"""`diffpol record`: a running graph into a bag; apart from what does it, so that reading it imports nothing heavy."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.image_format import JPEG_QUALITY, ImageFormat, ImageKind

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class RecordOptions:
    """Record the running graph into a bag, until Ctrl-C."""

    topics: tuple[str, ...] = ()
    """Topics to record, with * and ? as in a shell; default: all."""
    exclude: tuple[str, ...] = ()
    """Topics to leave out, with * and ? as in a shell."""
    output: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Folder of the bag, which must not exist yet; default: results/bag-<time>."""
    namespace: str = ""
    """Where `recording/about` is written, and what relative names of topics are relative to."""
    seconds: float = 0.0
    """End after so long [s]; 0: at Ctrl-C."""
    split_megabytes: int = 0
    """Begin the next file at this size [MiB]; 0: never."""
    split_seconds: float = 0.0
    """Begin the next file after so long [s]; 0: never."""
    queue_megabytes: int = 256
    """Backlog [MiB] beyond which messages are dropped."""
    image_format: ImageKind = "raw"
    """raw: images as they were sent; png: packed without loss; jpeg: with loss."""
    jpeg_quality: int = JPEG_QUALITY
    """Of jpeg images, 1 to 100."""

    @property
    def packing(self) -> ImageFormat:
        """Return how images are stored; SettingsError where that is no format."""
        return ImageFormat(self.image_format, self.jpeg_quality)

    def run(self) -> int:
        """Record; return 1 where the bag is not whole."""
        from diffpol_ros.cli.recording import record

        smallest = min(self.seconds, self.split_megabytes, self.split_seconds, self.queue_megabytes - 1)
        if smallest < 0:
            raise SettingsError("--seconds, --split-megabytes and --split-seconds are at least 0, --queue-megabytes 1")
        return record(self, self.output or Path("results") / time.strftime("bag-%Y%m%d-%H%M%S"))
