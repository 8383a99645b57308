"""A policy sees the newest image of each camera, once a chunk, and none that is too old, missing or no image."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.errors import BundleError, ObservationError
from diffpol_ros.core.types import CameraImage, Observation
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.images import network_image, rgb, unfit_images
from diffpol_ros.policy.inference import Ask
from diffpol_ros.policy.runner import PolicyRunner
from tests import tiny_policy, tiny_vision
from tests.tiny_bundle import bundle_of
from tests.tiny_vision import CAMERA, FEATURES, HEIGHT, WIDTH

STAMP_NS = 10**9


@pytest.fixture
def bundle() -> Bundle:
    return bundle_of(tiny_vision.vision_manifest(), tiny_vision.vision_files())


def image(seed: int = 0, stamp_ns: int = STAMP_NS, scale: int = 3) -> CameraImage:
    pixels = np.random.default_rng(seed).integers(0, 256, (scale * HEIGHT, scale * WIDTH, 3), dtype=np.uint8)
    return CameraImage(stamp_ns, pixels)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 10))
def test_a_shrunk_image_is_the_mean_of_each_area(down: int, across: int, seed: int):
    pixels = np.random.default_rng(seed).integers(0, 256, (HEIGHT * down, WIDTH * across, 3), dtype=np.uint8)
    means = pixels.reshape(HEIGHT, down, WIDTH, across, 3).mean(axis=(1, 3)).transpose(2, 0, 1)
    small = network_image(pixels, HEIGHT, WIDTH)
    assert small.dtype == np.float32 and small.flags.c_contiguous
    np.testing.assert_allclose(small, means / 255.0, atol=0.51 / 255.0)


@pytest.mark.parametrize("pixels", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_rgb_image_is_refused(pixels: np.ndarray):
    with pytest.raises(ObservationError, match="expected uint8"):
        network_image(pixels, HEIGHT, WIDTH)
    with pytest.raises(ValueError, match="expected uint8"):
        CameraImage(0, pixels)


def test_the_features_follow_the_normalised_observation(bundle: Bundle, observation_at: Callable[..., Observation]):
    seen = image()
    inference = PolicyRunner(bundle).infer([observation_at(STAMP_NS)], 4, Ask(images={CAMERA: seen}))
    colours = seen.pixels.reshape(-1, 3).mean(axis=0) / 255.0 @ tiny_vision.colours()
    np.testing.assert_allclose(inference.features, colours, atol=2e-2)
    network = tiny_policy.MatrixDenoiser(tiny_policy.matrix(observation=tiny_vision.SIZE))
    plain = tiny_policy.plain_sampler(bundle.manifest, network)
    expected = plain.sample(inference.observation[None], plain.draw(4), features=inference.features[None])[0]
    np.testing.assert_allclose(inference.actions, expected, atol=1e-5)


def test_another_image_gives_other_actions(bundle: Bundle, observation_at: Callable[..., Observation]):
    runner = PolicyRunner(bundle)
    dark, bright = (CameraImage(STAMP_NS, np.full((HEIGHT, WIDTH, 3), grey, np.uint8)) for grey in (0, 255))
    one, two = (runner.infer([observation_at(STAMP_NS)], 0, Ask(images={CAMERA: each})) for each in (dark, bright))
    assert not np.array_equal(one.actions, two.actions)
    assert (one.features.shape, two.samples) == ((FEATURES,), 1)


def test_several_samples_see_the_same_image(bundle: Bundle, observation_at: Callable[..., Observation]):
    inference = PolicyRunner(bundle).infer([observation_at(STAMP_NS)], 0, Ask(images={CAMERA: image()}, samples=3))
    assert inference.samples == 3 and inference.spread_m > 0.0


def test_a_missing_image_is_named(bundle: Bundle, observation_at: Callable[..., Observation]):
    with pytest.raises(ObservationError, match="camera front has sent no image"):
        PolicyRunner(bundle).infer([observation_at(STAMP_NS)], 0)
    with pytest.raises(ObservationError, match="no image of camera front"):
        bundle.sampler.engine.encode({"left": image().pixels})


@pytest.mark.parametrize("age_ns", [-(3 * 10**8), 3 * 10**8])
def test_an_image_of_another_time_is_refused(bundle: Bundle, age_ns: int, observation_at: Callable[..., Observation]):
    old = image(stamp_ns=STAMP_NS - age_ns)
    with pytest.raises(ObservationError, match=r"camera front is -?0.30 s old, at most 0.25 s"):
        PolicyRunner(bundle).infer([observation_at(STAMP_NS)], 0, Ask(images={CAMERA: old}))


def test_images_within_the_manifest_s_age_are_fit(bundle: Bundle):
    encoders = bundle.manifest.networks.encoders
    assert not unfit_images(encoders, {CAMERA: image()}, STAMP_NS + 25 * 10**7)
    assert unfit_images(encoders, {CAMERA: image()}, STAMP_NS + 25 * 10**7 + 1)
    assert not unfit_images((), {}, 0)


def test_an_encoder_of_another_size_is_refused():
    files = tiny_vision.vision_files()
    files[tiny_vision.FILE] = tiny_vision.encoder_model(tiny_vision.colours(), HEIGHT + 1).SerializeToString()
    with pytest.raises(BundleError, match=r"front.onnx: input image is float \(batch, 3, 9, 12\)"):
        bundle_of(tiny_vision.vision_manifest(), files)


def test_a_denoiser_without_room_for_the_features_is_refused():
    files = tiny_vision.vision_files()
    files["denoiser.onnx"] = tiny_policy.onnx_model(tiny_policy.matrix()).SerializeToString()
    with pytest.raises(BundleError, match=r"observation.dimension .* is 42, denoiser.onnx gives 38"):
        bundle_of(tiny_vision.vision_manifest(), files)


def test_features_that_are_not_finite_are_refused():
    files = tiny_vision.vision_files()
    huge = np.full((3, FEATURES), 3e38, np.float32)
    files[tiny_vision.FILE] = tiny_vision.encoder_model(huge).SerializeToString()
    engine = bundle_of(tiny_vision.vision_manifest(), files).sampler.engine
    with pytest.raises(ObservationError, match="features of camera front"):
        engine.encode({CAMERA: np.full((HEIGHT, WIDTH, 3), 255, np.uint8)})


def test_each_encoding_becomes_rgb():
    pixels = image().pixels
    assert np.array_equal(rgb(pixels[:, :, ::-1], "bgr8"), pixels)
    assert np.array_equal(rgb(pixels, "rgb8"), pixels)
    assert np.array_equal(rgb(pixels[:, :, 0], "mono8")[:, :, 2], pixels[:, :, 0])
    with pytest.raises(ObservationError, match="no pixels"):
        rgb(pixels[:0], "rgb8")
