"""What the cameras show of the world at this moment, for whoever must decide whether the arm may go on."""

from dataclasses import dataclass

from diffpol_ros.estimation.eye import Eye
from diffpol_ros.estimation.health.sight import blind
from diffpol_ros.estimation.stage import EstimationStage


@dataclass(frozen=True)
class Sight:
    """lost: what is wrong with each camera that shows nothing, by its name. blind: no camera shows anything."""

    lost: dict[str, str]
    blind: bool

    @property
    def message(self) -> str:
        """Return all of it in one line; an empty text where every camera shows something."""
        said = "; ".join(self.lost.values())
        return f"no camera shows anything: {said}" if self.blind else said


def look_around(stage: EstimationStage, steady_ns: int) -> Sight:
    """Return what the cameras of `stage` show at `steady_ns` of the steady clock."""
    silence = stage.settings.maximum_silence
    none = blind([eye.sight for eye in stage.eyes.values()], steady_ns, silence)
    lost = {name: _wrong(eye) for name, eye in stage.eyes.items() if none or eye.sight.lost(steady_ns, silence)}
    return Sight(lost, none)


def _wrong(eye: Eye) -> str:
    """Return why a camera shows nothing, in words that stay the same while it does not."""
    name = eye.calibration.name
    if eye.health.complaint or eye.out_of_place:
        return eye.health.complaint or f"camera {name} was moved"
    return f"no images from camera {name}"
