"""What goes between the policy stage and the thread that infers, and what comes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.types import CameraImage
from diffpol_ros.policy.guidance.mixture import Mixture
from diffpol_ros.policy.horizon.decisions import Infer, Published
from diffpol_ros.policy.images import unfit_images
from diffpol_ros.policy.inference import Ask, Inference
from diffpol_ros.policy.manifest.networks import ImageEncoder

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What an inference takes beside observations, as it is now: the newest image of each camera, the conditions.

    refusal: why nothing that comes in may be acted on now, or an empty text.
    """

    images: Mapping[str, CameraImage] = field(default_factory=dict)
    mixture: Mixture | None = None
    refusal: str = ""

    def unfit(self, encoders: Iterable[ImageEncoder], now_ns: int) -> str:
        """Return why they must not be acted on at `now_ns`, or an empty text."""
        return self.refusal or unfit_images(encoders, self.images, now_ns)


@dataclass(frozen=True, eq=False)
class Job:
    """An inference to do, asked for after the `era`-th reset."""

    infer: Infer
    seed: int
    ask: Ask
    era: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of a job: an inference, or what went wrong in it."""

    job: Job
    result: Inference | str


@dataclass(frozen=True, eq=False)
class Failed:
    """An inference that gave no chunk, for the record; `reason` says why.

    digest: sha256 of the bundle's manifest. observation: the raw vector, empty where the history makes none.
    """

    job: Job
    digest: str
    observation: Vectors
    reason: str
    finished_ns: int
    holds: int


@dataclass(frozen=True, eq=False)
class Answer:
    """An inference and what was sent of it, for the arm and for the record.

    started_ns: the tick that asked. finished_ns: when it was published. holds: how often the arm had to wait so far.
    """

    inference: Inference
    published: Published
    started_ns: int
    finished_ns: int
    holds: int
