"""Every kind of network is compared, at the published sizes, and one that differs is not passed over."""

from typing import get_args

import numpy as np
import pytest
import torch

from benchmarks import export_parity
from benchmarks.export_kinds import KINDS, Exported
from benchmarks.export_parity import Arguments, difference, main
from benchmarks.policy_networks import parameters
from sim.networks.critic import Critic, DoubleCritic
from sim.networks.settings import HeadSettings, NetworkSettings
from sim.networks.vision.networks import VisionCritic
from sim.networks.vision.settings import EncoderSettings

QUICK = Arguments(kinds=("critic, Hopper",), batches=(1, 3), draws=1, rounds=1)


@pytest.fixture(scope="module")
def kinds() -> dict[str, Exported]:
    with torch.device("meta"):
        return {kind: build() for kind, build in KINDS.items()}


def test_whatever_settings_can_build_is_compared(kinds: dict[str, Exported]):
    with torch.device("meta"):
        built = {type(each().build(16, 10, 20)) for each in get_args(NetworkSettings) + get_args(HeadSettings)}
        built |= {type(each().build(96, 96)) for each in get_args(EncoderSettings)}
    assert {*built, Critic, DoubleCritic, VisionCritic} <= {type(network) for network in kinds.values()}


def test_sizes_are_the_published_ones(kinds: dict[str, Exported]):
    published = {553_020, 575_564, 6_856_346, 66_887_178, 8_965_122, 386_304, 11_176_512 + 512 * 32, 134_913}
    assert published <= {parameters(network) for network in kinds.values()}


def test_a_table_row_says_what_was_exported(capsys: pytest.CaptureFixture[str]):
    assert main(QUICK) == 0
    *_, row = capsys.readouterr().out.splitlines()
    assert row.startswith("| critic, Hopper | 134,913 | 17 | 0.5 |")


def test_a_file_that_says_something_else_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(export_parity, "says", lambda network: lambda observation: 1.001 * network(observation))
    assert main(QUICK) == 1
    assert "critic, Hopper: differs by more than 1e-05" in capsys.readouterr().err


def test_a_difference_is_told_as_a_share_of_the_greatest_number():
    assert difference(np.array([4.0, -8.0]), np.array([4.0, -7.0])) == (1.0, 0.125)


def test_outputs_of_other_shapes_never_agree():
    assert difference(np.ones((2, 1)), np.ones(2)) == (np.inf, np.inf)
