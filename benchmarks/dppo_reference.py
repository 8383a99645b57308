"""DPPO's reference as it fine-tunes: its own agent, unmodified, on our worlds and our weights.

What it imports and does not need here (its command line, its web log, its worlds) is stood in for by nothings.
"""

import importlib
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch

from benchmarks.chunk_case import AbsentError
from benchmarks.chunk_dppo import MLP_NAMES
from benchmarks.dppo_case import DISCOUNT, Case, Phases
from sim.actors.diffusion_actor import DiffusionActor
from sim.envs.vector import VectorEnvironment
from sim.networks.critic import Critic
from sim.rollouts.units import Units

SHARED = {"horizon_steps": 4, "action_dim": 3, "obs_dim": 11, "denoising_steps": 20, "device": "cpu"}


class Config(dict):
    """What Hydra would have read: its fields are attributes."""

    __getattr__ = dict.__getitem__


class Worlds:
    """Our worlds as the agent asks them."""

    def __init__(self, environment: VectorEnvironment, units: Units, phases: Phases) -> None:
        """Step `environment`; its time is not the agent's."""
        self._environment, self._units, self._phases = environment, units, phases

    def seed(self, seeds: list[int]) -> None:
        """Begin the run."""
        self._seed = seeds[0]

    def reset_arg(self, options_list: list[dict]) -> dict[str, np.ndarray]:
        """Begin episodes."""
        return self._seen(self._environment.reset(self._seed))

    def step(self, actions: np.ndarray) -> tuple:
        """Execute chunks."""
        done = self._environment.step(self._units.actions(torch.from_numpy(actions)))
        return self._seen(done.observations), done.rewards, done.terminated, done.truncated, {}

    def _seen(self, raw: np.ndarray) -> dict[str, np.ndarray]:
        return {"state": self._units.observations(raw).numpy()[:, None]}


def model(actor: DiffusionActor, critic: Critic) -> Any:
    """Return the reference's model with our weights."""
    try:
        ppo = importlib.import_module("model.diffusion.diffusion_ppo").PPODiffusion
        mlp = importlib.import_module("model.diffusion.mlp_diffusion").DiffusionMLP
        judge = importlib.import_module("model.common.critic").CriticObs
    except ImportError as error:
        raise AbsentError(f"DPPO's reference is not measured: {error} (--dppo PATH; it needs einops)") from error
    network = mlp(3, 4, 11, 16, [512] * 3, activation_type="ReLU", residual_style=True)
    found = ppo(
        gamma_denoising=0.99,
        clip_ploss_coef=0.01,
        clip_ploss_coef_base=0.01,
        clip_ploss_coef_rate=3,
        randn_clip_value=3,
        actor=network,
        critic=judge(11, [256] * 3, residual_style=True),
        ft_denoising_steps=10,
        **SHARED,
    )
    load(found, actor, critic)
    return found


def load(found: Any, actor: DiffusionActor, critic: Critic) -> None:
    """Give the model our weights under its own names."""
    found.actor.load_state_dict(_renamed(actor.base.state_dict(), MLP_NAMES))
    found.actor_ft.load_state_dict(_renamed(actor.tuned.state_dict(), MLP_NAMES))
    found.critic.load_state_dict(_renamed(critic.state_dict(), (("body.", "Q1."), *MLP_NAMES[2:])))


def run(case: Case, found: Any, environment: VectorEnvironment, units: Units, phases: Phases) -> None:
    """Let the agent do one iteration."""
    worlds = Worlds(environment, units, phases)
    with tempfile.TemporaryDirectory() as folder:
        _stand_in(lambda *arguments, **settings: worlds, found)
        agent = importlib.import_module("agent.finetune.train_ppo_diffusion_agent").TrainPPODiffusionAgent
        one = agent(_config(case, Path(folder)))
        one.save_model = lambda: None
        for owner, name, phase in ((found, "forward", "acting"), (found, "get_logprobs", "likelihoods")):
            setattr(owner, name, phases.timed(phase, getattr(owner, name)))
        found.loss = phases.timed("learning", found.loss)
        phases.begin()
        one.run()


def _renamed(weights: Mapping[str, torch.Tensor], names: tuple[tuple[str, str], ...]) -> dict[str, torch.Tensor]:
    renamed = {}
    for name, weight in weights.items():
        for ours, theirs in names:
            name = name.replace(ours, theirs)
        renamed[name] = weight
    return renamed


def _stand_in(make_worlds: Any, found: Any) -> None:
    for name in ("hydra", "omegaconf", "wandb", "env", "env.gym_utils"):
        sys.modules[name] = ModuleType(name)
    sys.modules["omegaconf"].OmegaConf = None  # type: ignore[attr-defined]
    sys.modules["env.gym_utils"].make_async = make_worlds  # type: ignore[attr-defined]
    hydra: Any = sys.modules["hydra"]
    hydra.utils = Config(instantiate=lambda settings: found)


def _config(case: Case, folder: Path) -> Config:
    """Return its own settings of the hopper, with as many steps and pairs as the case has."""
    rate = Config(first_cycle_steps=1000, warmup_steps=10)
    train = Config(
        batch_size=case.batch_size,
        n_train_itr=1,
        val_freq=10,
        force_train=True,
        n_steps=case.chunks,
        save_model_freq=100,
        render=Config(freq=1, num=0),
        gamma=DISCOUNT,
        n_critic_warmup_itr=0,
        actor_lr=1e-4,
        actor_weight_decay=0,
        actor_lr_scheduler=Config(rate, min_lr=1e-4),
        critic_lr=1e-3,
        critic_weight_decay=0,
        critic_lr_scheduler=Config(rate, min_lr=1e-3),
        gae_lambda=0.95,
        target_kl=1,
        update_epochs=5,
        vf_coef=0.5,
        reward_scale_running=True,
        logprob_batch_size=10_000,
    )
    worlds = Config(name="hopper", n_envs=case.worlds, max_episode_steps=1000, best_reward_threshold_for_success=3)
    # A first iteration that is no trial has nothing to go on with.
    worlds["reset_at_iteration"] = True
    rest = Config(cond_steps=1, act_steps=4, wandb=None, logdir=str(folder), model=None, env=worlds, train=train)
    return Config(rest, **SHARED)
