"""What a checkpoint says is what acts: no flag tells which weights were fine-tuned."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from sim.actors.diffusion_actor import DiffusionActor
from sim.actors.exported import ExportedNetworks
from sim.errors import CheckpointError
from sim.finetune.checkpoints import load_finetuned
from sim.networks.heads.head import Head
from sim.networks.heads.mlp_heads import GaussianMlpSettings, MixtureMlpSettings
from sim.networks.settings import HeadSettings
from sim.trained import load_trained
from tests.sim.policies_of import finetuned, policy, pretrained

SEEN = torch.linspace(-0.8, 0.9, 4 * 38).view(4, 38)


def noises(draws: int) -> torch.Tensor:
    return torch.randn((4, draws, 6, 10), generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("sampler", ["ddim", "ddpm"])
def test_a_fine_tuned_policy_acts_with_its_tuned_network_in_its_last_steps(tmp_path: Path, sampler: str):
    steps = {"sampler": sampler, "inference_steps": 5 if sampler == "ddim" else 20}
    trained = load_trained(finetuned(tmp_path / "f.pt", policy(**steps), last_steps=2))
    assert isinstance(trained.networks, ExportedNetworks) and trained.networks.last_steps == 2
    assert trained.draws == (1 if sampler == "ddim" else 21)
    decided = trained.decide(SEEN, noises(trained.draws))
    base = load_trained(pretrained(tmp_path / "p.pt", policy(**steps))).decide(SEEN, noises(trained.draws))
    assert (decided - base).abs().max() > 0.01


def test_it_decides_as_its_actor_does(tmp_path: Path):
    path = finetuned(tmp_path / "f.pt", policy())
    actor, trained = load_finetuned(path).actor, load_trained(path)
    assert isinstance(actor, DiffusionActor)
    start = torch.randn((4, 6, 10), generator=torch.Generator().manual_seed(5))
    expected = actor.decide(SEEN, exploring=False, generator=torch.Generator().manual_seed(5)).actions
    torch.testing.assert_close(trained.decide(SEEN, start[:, None]), expected)


@pytest.mark.parametrize("network", [GaussianMlpSettings(32, 1), MixtureMlpSettings(32, 1)])
@pytest.mark.parametrize("write", [pretrained, finetuned])
def test_a_head_gives_its_best_chunk(tmp_path: Path, network: HeadSettings, write: Callable[..., Path]):
    trained = load_trained(write(tmp_path / "c.pt", policy(network=network)))
    assert trained.draws == 0 and isinstance(trained.networks, Head)
    torch.testing.assert_close(trained.decide(SEEN, noises(0)), trained.networks.best(SEEN))


def test_noise_of_one_row_does_not_touch_another(tmp_path: Path):
    trained = load_trained(pretrained(tmp_path / "p.pt", policy(sampler="ddpm", inference_steps=20)))
    drawn = noises(trained.draws)
    other = drawn.clone()
    other[1] += 1.0
    first, second = trained.decide(SEEN, drawn), trained.decide(SEEN, other)
    changed = (first != second).flatten(1).any(1).numpy()
    np.testing.assert_array_equal(changed, [False, True, False, False])


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"nowhere\.pt: there is no such file"):
        load_trained(tmp_path / "nowhere.pt")
