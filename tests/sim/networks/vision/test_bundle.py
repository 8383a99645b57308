"""A policy that sees, as the robot runs it: the files of a bundle, opened by the robot's own engine."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from diffpol_ros.policy.diffusion.sampling import Draw, Request
from diffpol_ros.policy.engines.build import build_engine
from diffpol_ros.policy.engines.engine import PolicyEngine
from diffpol_ros.policy.images import network_image
from diffpol_ros.policy.manifest.manifest import Manifest
from diffpol_ros.policy.manifest.networks import DENOISER, Networks
from diffpol_ros.policy.runtime.settings import RuntimeSettings
from sim.diffusion.sampler import sample_chunks
from sim.networks.vision.networks import VisionDenoiser
from tests.sim.networks.properties import SMALL, SMALL_RESNET, SMALL_VIT, small_vision
from tests.tiny_policy import ACTION, FRAME, HISTORY, tiny_manifest
from tests.tiny_policy import STEPS as PREDICTED

STATE = HISTORY * FRAME
CASES = {
    "MLP behind a ViT": (SMALL_VIT, "residual MLP"),
    "U-Net behind a ResNet": (SMALL_RESNET, "U-Net with deep FiLM"),
    "transformer behind a ViT": (SMALL_VIT, "transformer"),
}


def written(network: VisionDenoiser, folder: Path) -> Manifest:
    """Write the network's files; return the manifest that names them."""
    network.denoiser.as_onnx(folder / DENOISER)
    encoders = network.encoders.as_onnx(folder, max_age_s=0.25)
    return dataclasses.replace(tiny_manifest(), networks=Networks(encoders=encoders))


def photographs() -> dict[str, NDArray[np.uint8]]:
    """Return pictures of other sizes than the network's, as cameras send them."""
    random = np.random.default_rng(0)
    return {
        "front": random.integers(0, 256, (40, 48, 3)).astype(np.uint8),
        "hand": random.integers(0, 256, (20, 24, 3)).astype(np.uint8),
    }


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[VisionDenoiser, Manifest, PolicyEngine]:
    torch.manual_seed(0)
    encoder, name = CASES[request.param]
    network = small_vision(encoder).build_denoiser(SMALL[name], PREDICTED, ACTION, STATE).eval()
    manifest = written(network, tmp_path)
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(files) == {DENOISER, "front.onnx", "hand.onnx"} == set(manifest.networks.files)
    return network, manifest, build_engine(manifest, files, str(tmp_path), RuntimeSettings())


def test_the_robot_sees_and_acts_as_torch_does(case: tuple[VisionDenoiser, Manifest, PolicyEngine]):
    network, manifest, engine = case
    pictures, observation = photographs(), np.random.default_rng(1).uniform(-1, 1, (1, STATE)).astype(np.float32)
    features = engine.encode(pictures)
    images = {camera: torch.from_numpy(network_image(each, 20, 24))[None] for camera, each in pictures.items()}
    with torch.inference_mode():
        vector = network.encoders.vector(torch.from_numpy(observation), images)
    np.testing.assert_allclose(features, vector.numpy()[0, STATE:], atol=1e-5, rtol=0)
    noise = np.random.default_rng(2).standard_normal((1, PREDICTED, ACTION)).astype(np.float32)
    chunk = engine.denoise(Request(Draw(noise), np.concatenate([observation, features[None]], axis=1)))
    expected = sample_chunks(network.denoiser, manifest.diffusion, vector, torch.from_numpy(noise))
    np.testing.assert_allclose(chunk, expected.numpy(), atol=1e-5, rtol=0)


def test_the_whole_loop_is_one_program(case: tuple[VisionDenoiser, Manifest, PolicyEngine]):
    report = case[2].report
    assert report.program == "assembled", report.reason
