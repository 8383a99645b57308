"""Avoid within minutes on two cores: the paper's rows with a smaller denoiser and shorter schedules.

The paper pre-trains with 5000 passes over the data, which is hours here. docs/results/avoid.md says what these give.
"""

from collections.abc import Mapping
from dataclasses import replace

from sim.algorithms.dppo_settings import ClipSettings, DppoSettings
from sim.finetune.arguments import FinetuneArguments
from sim.finetune.settings import TrialSettings
from sim.networks.heads.mlp_heads import GaussianMlpSettings, MixtureMlpSettings
from sim.networks.residual_mlp import ResidualMlpSettings
from sim.networks.settings import HeadSettings, NetworkSettings
from sim.optimisation.average import AverageSettings
from sim.optimisation.learning_rate import CosineSettings
from sim.optimisation.settings import OptimiserSettings
from sim.presets.pretrain_rows import UNLEARNED, Pretrain, dppo_policy, dppo_row
from sim.terminal import Preset

NETWORKS: Mapping[str, tuple[NetworkSettings | HeadSettings, int]] = {
    "diffusion": (ResidualMlpSettings(256, blocks=1, step_size=16, activation="relu"), 4000),
    "gaussian": (GaussianMlpSettings(256, 1, "relu", UNLEARNED), 6000),
    "mixture": (MixtureMlpSettings(256, 1, 5, "relu", UNLEARNED), 1000),
}
"""Networks, with the updates after which more would make them little better."""
METHODS = {"diffusion": "DPPO", "gaussian": "Gaussian PPO", "mixture": "mixture PPO"}
SHORT = DppoSettings(
    iterations=32,
    chunks=25,
    denoising_discount=0.95,
    clip=ClipSettings(0.1, 0.1, rate=1.0),
    batch_size=6250,
    epochs=10,
    critic_warm_up=2,
    actor_rate=CosineSettings(1e-5, 1e-5, warm_up=0),
)
"""The paper's row with fewer iterations: there 51."""
SHORT_ONE_STEP = replace(SHORT, batch_size=625)
"""PPO of Gaussians and mixtures: a pair is a chunk."""


def _pretrain(task: str, kind: str) -> Pretrain:
    network, updates = NETWORKS[kind]
    rate = CosineSettings(1e-3, 5e-5, 100)
    row = dppo_row(
        f"D3IL, {task}, in seconds: {kind}", dppo_policy(task, network), OptimiserSettings(), f"short_{kind}"
    )
    optimiser = OptimiserSettings(updates, learning_rate=rate, betas=(0.9, 0.999), greatest_norm=None)
    return replace(row, arguments=replace(row.arguments, optimiser=optimiser, average=AverageSettings(0.995)))


def _finetune(task: str, kind: str) -> Preset[FinetuneArguments]:
    before = _pretrain(task, kind).arguments
    arguments = FinetuneArguments(
        before.output / "checkpoint.pt",
        before.policy,
        before.output.with_name(f"finetune_short_{kind}"),
        METHODS[kind],
        worlds=50,
        begin_anew=True,
        dppo=SHORT if kind == "diffusion" else SHORT_ONE_STEP,
        trials=TrialSettings(every=0),
    )
    return Preset(f"D3IL, {task}, in minutes: {METHODS[kind]}", arguments)


def _name(task: str, kind: str) -> str:
    return f"{task}_short" if kind == "diffusion" else f"{task}_short_{kind}"


_ROWS = [(f"avoid_m{number}", kind) for number in (1, 2, 3) for kind in METHODS]
AVOID_SHORT_PRETRAIN: Mapping[str, Pretrain] = {_name(*row): _pretrain(*row) for row in _ROWS}
AVOID_SHORT_FINETUNE: Mapping[str, Preset[FinetuneArguments]] = {_name(*row): _finetune(*row) for row in _ROWS}
