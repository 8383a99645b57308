"""Networks as settings: every one can be built, written down, read back and asked for on a command line."""

from dataclasses import dataclass, field, fields
from typing import get_args

import pytest
import torch
import tyro

from sim.configuration import from_plain, to_plain
from sim.networks.denoiser import DenoiserNetwork
from sim.networks.heads.head import Head
from sim.networks.residual_mlp import ResidualMlpSettings
from sim.networks.settings import CriticSettings, HeadSettings, NetworkSettings
from sim.networks.transformer import TransformerSettings
from sim.networks.unet import UnetSettings
from sim.networks.vision.settings import VisionSettings
from tests.sim.networks.heads.test_heads import SMALL as SMALL_HEADS
from tests.sim.networks.properties import SMALL, small_vision

EVERY = (*get_args(NetworkSettings), *get_args(HeadSettings))


@dataclass(frozen=True)
class Policy:
    """What a trainer would ask for."""

    network: NetworkSettings | HeadSettings = field(default_factory=ResidualMlpSettings)
    """The network."""
    critic: CriticSettings = field(default_factory=CriticSettings)
    """The critic."""
    vision: VisionSettings = field(default_factory=VisionSettings)
    """What it sees."""


def test_every_kind_is_small_somewhere_in_these_tests():
    assert {type(each) for each in (*SMALL.values(), *SMALL_HEADS.values())} == set(EVERY)


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_kind_builds_with_its_defaults(kind: type[NetworkSettings | HeadSettings]):
    with torch.device("meta"):
        network = kind().build(16, 10, 38, 2)
    assert isinstance(network, DenoiserNetwork | Head)
    assert network.chunk_shape == (16, 10) and network.observation_size == 38


@pytest.mark.parametrize("network", [*SMALL.values(), *SMALL_HEADS.values()], ids=[*SMALL, *SMALL_HEADS])
def test_what_is_written_down_is_read_back(network: NetworkSettings | HeadSettings):
    policy = Policy(network, vision=small_vision())
    assert from_plain(Policy, to_plain(policy)) == policy


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_help_names_every_kind_and_what_its_fields_mean(
    kind: type[NetworkSettings | HeadSettings], capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit):
        tyro.cli(Policy, args=[f"network:{_dashed(kind.__name__)}", "--help"])
    told = capsys.readouterr().out
    missing = [each.name for each in fields(kind) if f"--network.{each.name.replace('_', '-')}" not in told]
    assert missing == []
    assert any(words in told for words in ("Residual blocks", "Heads of each attention", "Channels of each level"))


def _dashed(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


def test_a_command_line_chooses_and_shapes_a_network():
    chosen = tyro.cli(
        Policy, args=["network:unet-settings", "--network.channels", "64", "128", "--network.step-size", "16"]
    )
    assert chosen.network == UnetSettings((64, 128), 16)


@pytest.mark.parametrize(
    ("network", "told"),
    [
        (UnetSettings(), "predicted_steps is 6, expected a multiple of 4"),
        (TransformerSettings(), "observation_size is 38, expected a multiple of 3 .*, such as 39"),
    ],
)
def test_a_network_that_does_not_fit_its_policy_is_refused_with_what_would(network: NetworkSettings, told: str):
    with pytest.raises(ValueError, match=told):
        network.build(6, 10, 38, 3)
