"""How tags become an object: what may be chosen."""

from dataclasses import dataclass

from diffpol_ros.core.settings import setting

MODES = ("joint", "average")


@dataclass(frozen=True)
class FusionSettings:
    """How tags become an object."""

    mode: str = setting("joint", description="joint: one fit to all corners; average: the mean of the tags' poses")
    noise_px: float = setting(0.05, description="Standard deviation of a corner, per axis", minimum=1e-3, maximum=10.0)
    learn_noise: bool = setting(True, description="Begin with noise_px and learn each camera's from the residuals")
    minimum_noise_px: float = setting(0.01, description="Learn no less than this", minimum=1e-3, maximum=10.0)
    maximum_noise_px: float = setting(1.0, description="Learn no more than this", minimum=1e-3, maximum=10.0)
    huber: float = setting(2.0, description="Corners farther off than this many deviations count less", minimum=1.0)
    outlier_px: float = setting(2.0, description="Refuse tags whose corners are farther off, RMS", minimum=0.01)
    ambiguity: float = setting(16.0, description="Costs nearer than this cannot tell two poses apart", minimum=0.0)
    prior_angle: float = setting(0.6, description="Trust in the known rotation [rad]", minimum=0.0, maximum=1.6)

    def __post_init__(self) -> None:
        """Refuse a mode that does not exist."""
        if self.mode not in MODES:
            raise ValueError(f"mode is {self.mode!r}, expected one of {', '.join(MODES)}")
        if self.minimum_noise_px > self.maximum_noise_px:
            raise ValueError(
                f"minimum_noise_px {self.minimum_noise_px} is above maximum_noise_px {self.maximum_noise_px}: swapped?"
            )
