"""card.md: what a person should know about a model before using it."""

import os
import platform
from dataclasses import dataclass

import torch

from diffpol_ros.policy.manifest.manifest import Manifest
from sim.checkpoints import Checkpoint
from sim.data.dataset import Dataset
from sim.evaluate.results import Evaluation
from sim.networks.denoiser import DenoiserNetwork

LIMITS = """\
- One block of 60 mm with its tags, starting at x 0.40..0.60 m, y within 0.15 m, yaw within 45 degrees, upright, on a
  free table whose top is z = 0 of the robot base; arm near its home pose.
- Trained and tested in simulation only. No obstacles, no other objects, no people.
- The policy sees poses, not images: where the estimate is wrong by more than about 5 mm, the fingers may hit the block.
- While the hand hides the block, its last pose is used for at most the manifest's `max_object_age_s`.
- It expects the follower settings it was trained with (diffpol_ros/control/settings.py) and Polymetis's default gains.
"""


@dataclass(frozen=True)
class CardFacts:
    """Everything a card is written from; `parity` is of the network, torch against ONNX Runtime, normalised units."""

    manifest: Manifest
    checkpoint: Checkpoint
    network: DenoiserNetwork
    demonstrations: Dataset
    evaluation: Evaluation | None
    parity: float


def write_card(facts: CardFacts) -> str:
    """Return the card's text."""
    sections = (
        ("Task", facts.manifest.task),
        ("Data", _data(facts.demonstrations)),
        ("Policy", _policy(facts)),
        ("Training", _training(facts)),
        ("Results", _results(facts.evaluation)),
        ("Limits", LIMITS.rstrip()),
    )
    body = "\n\n".join(f"## {title}\n{text}" for title, text in sections)
    return f"# {facts.manifest.name}\n\n{body}\n"


def _data(demonstrations: Dataset) -> str:
    frames, episodes = len(demonstrations.actions), len(demonstrations.ends)
    return (
        f"`python -m sim.demos`: {episodes} scripted episodes, {frames} frames at 10 Hz "
        f"({frames / 600:.0f} minutes), seeds {demonstrations.seeds[0]} to {demonstrations.seeds[-1]}, "
        "disturbed in the manner of DART.\n"
        f"Each is seen in {len(demonstrations.states)} ways: exactly, and as cameras would with noise, bias, "
        "delay, drop-outs and occlusion."
    )


def _policy(facts: CardFacts) -> str:
    manifest, parameters = facts.manifest, sum(value.numel() for value in facts.network.parameters())
    diffusion = manifest.diffusion
    return (
        f"Diffusion Policy on states: {_network_name(facts.network)} of {parameters:,} parameters; T_o = "
        f"{manifest.observation.history_steps}, T_p = {manifest.action.predicted_steps}, T_a = "
        f"{manifest.action.executed_steps} at {manifest.rate_hz:g} Hz; {diffusion.train_steps} noise levels, "
        f"{diffusion.inference_steps} DDIM steps.\n"
        f"Greatest difference of the network between torch and ONNX Runtime: {facts.parity:.1e}."
    )


def _network_name(network: DenoiserNetwork) -> str:
    names = {"MlpDenoiser": "residual MLP", "UnetDenoiser": "U-Net", "TransformerDenoiser": "transformer"}
    return names.get(type(network).__name__, type(network).__name__)


def _training(facts: CardFacts) -> str:
    checkpoint, optimiser = facts.checkpoint, facts.checkpoint.configuration["optimiser"]
    return (
        f"`python -m sim.pretrain`, seed {checkpoint.configuration['seed']}: {checkpoint.step} updates of "
        f"{optimiser['batch_size']} windows, AdamW, moving average of weights; {checkpoint.seconds / 60:.1f} minutes "
        "of wall time.\n"
        f"Machine: {os.cpu_count()} shared {platform.machine()} CPU cores, Python {platform.python_version()}, "
        f"torch {torch.__version__}. Code: commit {facts.manifest.provenance.commit}."
    )


def _results(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "Not evaluated."
    rows = [
        f"| {result.condition} | {result.successes} / {result.trials} | {100 * result.successes / result.trials:.1f} % "
        f"| {100 * result.low:.1f} .. {100 * result.high:.1f} % | {result.mean_duration:.1f} s |"
        for result in evaluation.results
    ]
    return "\n".join(
        [
            "`python -m sim.evaluate`, the robot's own control code in simulated time:\n",
            "| block's pose | successes | rate | 95 % interval | a success takes |",
            "| --- | --- | --- | --- | --- |",
            *rows,
        ]
    )
