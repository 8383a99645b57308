"""What one may choose on the command line; apart, so that reading it imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from diffpol_ros.core.image_format import ImageKind


@dataclass(frozen=True)
class DemoOptions:
    """How the demo runs."""

    episodes: int = 5
    """How many episodes to run."""
    seed: int = 1
    """Seed of the first episode's scene; the next has the next."""
    output: Path | None = None
    """Folder for bag, video, plot and logs; default: results/demo-<time>."""
    model: str = "block_lift"
    """Policy bundle: its name in the models folder."""
    models: str = ""
    """Folder that holds the bundles; default: models/ of this package."""
    video: bool = True
    """Write an MP4 of the front camera with the estimate drawn in."""
    image_stride: int = 1
    """Record every n-th image, 0.9 MB each; 0: none, and no video."""
    image_cameras: tuple[str, ...] = ("front",)
    """Cameras whose images are recorded; the video is the front one's."""
    image_format: ImageKind | Literal[""] = ""
    """raw: images as they were sent; png: packed without loss; jpeg: with loss; default: as in recorder.yaml."""
    jpeg_quality: int = 0
    """Of jpeg images, 1 to 100; 0: as in recorder.yaml."""
    arm_port: int = 0
    """Port of the twin's Polymetis arm server; 0: a free one."""
    gripper_port: int = 0
    """Port of the twin's Polymetis gripper server; 0: a free one."""
    domain: int = 0
    """ROS domain of the demo; 0: a free one."""
    parameters: str = ""
    """Folder of parameter files to use in place of launch/params."""
