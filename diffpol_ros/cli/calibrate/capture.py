"""`diffpol calibrate capture`: takes calibration images of a live camera by itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro


@dataclass(frozen=True)
class Capture:
    """Capture a live camera: move hand or board from view to view, each is taken when all stands still; then Ctrl-C."""

    purpose: tyro.conf.Positional[Literal["intrinsics", "extrinsics", "hand-eye", "time-offset"]]
    """What the images are for."""
    camera: str = "front"
    """Name, as in the topic camera/<name>/image_raw."""
    folder: str = "results/captures"
    """Where to save; must be empty or not exist yet."""
    serial: str = ""
    """Serial number of the camera."""
    board: str = "charuco"
    """The board: a name in calibration/boards, or a file; empty: a tagged object."""
    tagged: str = ""
    """Where the board is empty: a tagged object, a name in calibration/objects or a file."""
    landmarks: tuple[str, ...] = ("base",)
    """For extrinsics: objects with a fixed_pose."""
    captures: int = 15
    """How many images are wanted."""
    wiggle: float = 10.0
    """Seconds of a wiggle."""

    def run(self) -> int:
        """Run the node until Ctrl-C; return the exit code."""
        from diffpol_ros.core.errors import ResourceError

        try:
            from diffpol_ros.nodes.calibration_node import main
        except ModuleNotFoundError as error:
            hint = "source a ROS 2 install (source /opt/ros/<distro>/setup.bash), or use the demo's environment"
            raise ResourceError(f"capturing listens to ROS topics, and {error.name} is not there: {hint}") from error
        print(self.told())
        main(self.arguments())
        if not (Path(self.folder) / "captures.yaml").exists():
            raise ResourceError(
                f"nothing was captured: does camera/{self.camera}/image_raw come, with the target in it?"
            )
        return 0

    def told(self) -> str:
        """Return what a person reads first: what is listened to, and how to end."""
        topics = f"camera/{self.camera}/image_raw"
        if self.purpose in ("hand-eye", "time-offset"):
            topics += " and end_effector_pose"
        return f"listening to {topics}; Ctrl-C ends it and saves into {self.folder}"

    def arguments(self) -> list[str]:
        """Return the node's command line: every option is a parameter of the same name."""
        from dataclasses import fields

        from diffpol_ros.graph.command import as_yaml

        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["purpose"] = self.purpose.replace("-", "_")
        lists = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        return ["--ros-args", *(word for name, value in lists.items() for word in ("-p", f"{name}:={as_yaml(value)}"))]
