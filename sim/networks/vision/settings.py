"""Vision as settings: which cameras, and what looks at their images."""

from dataclasses import dataclass, field

from diffpol_ros.policy.manifest.names import check_names
from sim.errors import NetworkError
from sim.networks.critic import Critic, CriticSettings
from sim.networks.heads.head import GaussianHead
from sim.networks.settings import HeadSettings, NetworkSettings
from sim.networks.vision.cameras import CameraEncoders, Necks
from sim.networks.vision.networks import (
    NeckedDenoiser,
    NeckedGaussian,
    NeckedMixture,
    VisionCritic,
    VisionDenoiser,
    VisionHead,
)
from sim.networks.vision.resnet import ResnetSettings
from sim.networks.vision.vit import VitSettings

EncoderSettings = VitSettings | ResnetSettings
"""Networks that see."""


@dataclass(frozen=True)
class VisionSettings:
    """Cameras and what looks at their images; each camera has a network of its own."""

    cameras: tuple[str, ...] = ("front",)
    """Names, as the data set and the robot have them."""
    height: int = 96
    """Rows of an image as the network sees it."""
    width: int = 96
    """Columns."""
    encoder: EncoderSettings = field(default_factory=VitSettings)
    """The network."""
    shift: int = 4
    """Pixels by which images are moved at random in training, at most; see random_shift."""

    def __post_init__(self) -> None:
        """Refuse names that are none, and images that cannot be seen."""
        check_names("cameras", self.cameras)
        if not self.cameras:
            raise NetworkError(
                "vision: cameras are none, expected one or more; leave vision out for a policy of states"
            )
        if not 0 <= self.shift < min(self.height, self.width):
            raise NetworkError(
                f"vision: shift is {self.shift}, expected from 0 up to less than a side of {self.height} x {self.width}"
            )

    def encoders(self) -> CameraEncoders:
        """Return the networks, freshly initialised from torch's global generator."""
        return CameraEncoders(self.cameras, [self.encoder.build(self.height, self.width) for _ in self.cameras])

    def necks(self, encoders: CameraEncoders, observation_size: int) -> Necks:
        """Return what a network makes of the features of `encoders` beside `observation_size` numbers."""
        each = [self.encoder.neck(encoder, observation_size) for encoder in encoders.by_camera().values()]
        return Necks(observation_size, each)

    def build_denoiser(
        self, network: NetworkSettings, predicted_steps: int, dimension: int, observation_size: int
    ) -> VisionDenoiser:
        """Return a denoiser for chunks of `predicted_steps` x `dimension` that sees.

        A transformer reads the whole vector as one token: features belong to no frame.
        """
        encoders, necks = self._parts(observation_size)
        inner = network.build(predicted_steps, dimension, necks.size)
        return VisionDenoiser(encoders, NeckedDenoiser(necks, inner))

    def build_head(self, head: HeadSettings, predicted_steps: int, dimension: int, observation_size: int) -> VisionHead:
        """Return a head that sees; transformers as in `build_denoiser`."""
        encoders, necks = self._parts(observation_size)
        inner = head.build(predicted_steps, dimension, necks.size)
        if isinstance(inner, GaussianHead):
            return VisionHead(encoders, NeckedGaussian(necks, inner))
        return VisionHead(encoders, NeckedMixture(necks, inner))

    def build_critic(self, critic: CriticSettings, observation_size: int) -> VisionCritic:
        """Return a critic that sees, with encoders of its own."""
        encoders, necks = self._parts(observation_size)
        return VisionCritic(encoders, necks, Critic(necks.size, critic))

    def _parts(self, observation_size: int) -> tuple[CameraEncoders, Necks]:
        encoders = self.encoders()
        return encoders, self.necks(encoders, observation_size)
