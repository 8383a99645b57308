"""How well corners are located: a model of two numbers, and how each camera's are learned from what fits leave over."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.fusion.settings import FusionSettings

# A tag that appears this narrow [pixel] has cells of four pixels: about there blur begins to shift its edges.
REFERENCE_PX = 30.0
NARROWEST_PX = 10.0
BLUR_SHARE = 0.8
# Of what a detector tells, this much of the variance is there: measured on scenes 7000 to 7249 of the campaign.
RANDOM_OF_TOLD = 0.92
# What no detector tells, since it is the same in every image: how pixels sample the edges of a tag this narrow.
LASTING_PX = 0.0034
LASTING_OF_USUAL = 0.5
TOLD = (0.5, 5.0)
WILD = 4.0
# Corner errors have tails that a robust fit hardly feels: of their variance this much reaches the pose.
FELT, FELT_OF_TOLD = 0.7, 0.85
TRUSTED = 40.0
LONGEST_MEMORY = 4000.0
MISTAKEN = 2.0
LEAST_FREEDOM = 0.05
EPOCHS_KEPT = 8


@dataclass(frozen=True)
class CornerNoise:
    """Standard deviation of a corner, per axis, of one camera [pixel].

    grain: of a large tag, from the noise of the pixels. blur: what comes on top, where a tag appears REFERENCE_PX
    narrow; it goes with the cube of the narrowness. Measured on rendered tags, 0.3 to 1.0 m away, tilted by up to 75
    degrees: noise alone makes the grain, 0.012 to 0.05 px, blur alone the blur, 0.008 to 0.04 px, and the errors of a
    tag's corners are independent of each other. told: factor on deviations that the detector itself tells.
    """

    grain: float
    blur: float
    told: float = 1.0

    def at(self, widths: Array, told: Array) -> Array:
        """Return the deviation [pixel] of corners of tags that appear `widths` [pixel] across their narrow side.

        told: what the detector says of each, nan where it says nothing.
        """
        usual = np.sqrt(self.grain**2 + self.blur**2 * narrowness(widths))
        return np.where(np.isnan(told), usual, self.told * np.sqrt(RANDOM_OF_TOLD * told**2 + _lasting(widths)))


def lasting_shares(widths: Array, told: Array) -> Array:
    """Return which part of the variance of corners is the same in the next image, of what `CornerNoise.at` takes."""
    lasting = _lasting(widths)
    return np.where(np.isnan(told), LASTING_OF_USUAL, lasting / (RANDOM_OF_TOLD * told**2 + lasting))


def usual_noise(grain: float) -> CornerNoise:
    """Return what a camera of this grain mostly has."""
    return CornerNoise(grain, BLUR_SHARE * grain)


def narrowness(widths: Array) -> Array:
    """Return how much the variance by blur grows: 1 at REFERENCE_PX."""
    return (REFERENCE_PX / np.maximum(widths, NARROWEST_PX)) ** 6


@dataclass(frozen=True)
class TagEvidence:
    """What one tag in a finished fit says about the noise of its camera.

    width: its narrow side [pixel]. assumed: deviation that the fit took for its corners [pixel]. squares: sum of its
    squared residuals in units of that. freedom: what the squares would sum to if the assumption were true.
    told: whether the assumption was the detector's own.
    """

    camera: str
    width: float
    assumed: float
    squares: float
    freedom: float
    told: bool = False


@dataclass
class _Sums:
    """Over finished fits, of grain, blur and told: how often its variance counted, and with which surprise."""

    counts: Array = field(default_factory=lambda: np.zeros(3))
    surprises: Array = field(default_factory=lambda: np.zeros(3))


@dataclass
class _CameraNoise:
    """What is known of one camera in its newest epoch, and on how many numbers that rests."""

    epoch: int
    variances: Array
    weights: Array
    pending: dict[int, _Sums] = field(default_factory=dict)
    history: dict[int, CornerNoise] = field(default_factory=dict)


class NoiseBook:
    """The corner noise of each camera at each time.

    Time is cut into epochs. What is known in one rests on the finished fits up to the last but one, so that it does not
    depend on the order in which images arrive, if an epoch is as long as an image may be late.
    """

    def __init__(self, start: CornerNoise, lowest: float, highest: float, epoch_ns: int) -> None:
        """Begin each camera with `start`; grain and blur stay within `lowest` and `highest` [pixel]."""
        self._start = np.array([start.grain, start.blur, start.told]) ** 2
        self._lowest = np.array([lowest, lowest, TOLD[0]]) ** 2
        self._highest = np.array([highest, highest, TOLD[1]]) ** 2
        self._epoch_ns = max(1, epoch_ns)
        self._cameras: dict[str, _CameraNoise] = {}

    def at(self, camera: str, stamp_ns: int) -> CornerNoise:
        """Return the noise that a fit of corners seen by `camera` at a stamp is to assume."""
        epoch = stamp_ns // self._epoch_ns
        if camera not in self._cameras:
            self._cameras[camera] = _CameraNoise(epoch - 1, self._start.copy(), np.full(3, TRUSTED))
        book = self._cameras[camera]
        book.epoch = max(book.epoch, epoch - EPOCHS_KEPT)
        while book.epoch < epoch:
            self._advance(book)
        return book.history.get(epoch) or _noise(book.variances)

    def learn(self, stamp_ns: int, evidence: Iterable[TagEvidence]) -> None:
        """Take what a fit at a stamp left over; it must not change any more."""
        epoch = stamp_ns // self._epoch_ns
        for tag in evidence:
            book = self._cameras.get(tag.camera)
            if book is None or tag.freedom < LEAST_FREEDOM:
                continue
            noise = book.history.get(epoch) or _noise(book.variances)
            shares = np.array([noise.grain**2, noise.blur**2 * float(narrowness(np.array(tag.width))), 0.0])
            shares = np.array([0.0, 0.0, 1.0]) if tag.told else shares
            counts = tag.freedom * shares / np.sum(shares)
            sums = book.pending.setdefault(epoch, _Sums())
            sums.counts += counts
            felt = FELT_OF_TOLD if tag.told else FELT
            sums.surprises += counts * felt * min(tag.squares / tag.freedom, WILD)

    def clear(self) -> None:
        """Forget stamps, but not what was learned."""
        for camera, book in self._cameras.items():
            self._cameras[camera] = _CameraNoise(-EPOCHS_KEPT, book.variances, book.weights)

    def _advance(self, book: _CameraNoise) -> None:
        book.epoch += 1
        for epoch in sorted(epoch for epoch in book.pending if epoch <= book.epoch - 2):
            self._update(book, book.pending.pop(epoch))
        book.history[book.epoch] = _noise(book.variances)
        book.history.pop(book.epoch - EPOCHS_KEPT, None)

    def _update(self, book: _CameraNoise, sums: _Sums) -> None:
        surprise = sums.surprises / np.maximum(sums.counts, 1e-9)
        # What is far off is soon left behind.
        wrong = (sums.counts > TRUSTED) & ((surprise > MISTAKEN) | (surprise < 1.0 / MISTAKEN))
        weights = np.where(wrong, TRUSTED, book.weights)
        ratio = (weights + sums.surprises) / (weights + sums.counts)
        book.variances = np.clip(book.variances * ratio, self._lowest, self._highest)
        book.weights = np.minimum(weights + sums.counts, LONGEST_MEMORY)


def book_of(settings: FusionSettings, epoch_ns: int) -> NoiseBook:
    """Return an empty book with what the settings say of corners."""
    return NoiseBook(usual_noise(settings.noise_px), settings.minimum_noise_px, settings.maximum_noise_px, epoch_ns)


def _lasting(widths: Array) -> Array:
    """Return the variance [pixel^2] of a corner that comes from sampling: long edges are sampled more often."""
    return (LASTING_PX * np.minimum(1.0, REFERENCE_PX / np.maximum(widths, NARROWEST_PX))) ** 2


def _noise(variances: Array) -> CornerNoise:
    grain, blur, told = np.sqrt(variances)
    return CornerNoise(float(grain), float(blur), float(told))
