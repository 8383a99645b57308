"""How a row of DPPO's tables of pre-training becomes arguments.

Epochs of the reference are passes here; its learning rates change from pass to pass, as ours do where passes count.
"""

from pathlib import Path

from sim.data.windows import WindowSettings
from sim.networks.heads.deviation import DeviationSettings
from sim.networks.settings import HeadSettings, NetworkSettings
from sim.optimisation.average import AverageSettings
from sim.optimisation.learning_rate import CosineSettings
from sim.optimisation.settings import OptimiserSettings
from sim.policy_settings import PolicySettings
from sim.pretrain.arguments import PretrainArguments
from sim.terminal import Preset

Pretrain = Preset[PretrainArguments]

FULL_CHUNKS = WindowSettings(pad_after=0)
DPPO_AVERAGE = AverageSettings(0.995, "delayed", begin_pass=20, every=10)
UNLEARNED = DeviationSettings(0.1, learned=False)
"""Fine-tuning learns it, cloning does not."""


def dppo_policy(task: str, network: NetworkSettings | HeadSettings, steps: int = 4) -> PolicySettings:
    """Return a policy of one frame that predicts and executes `steps`, by DDPM of 20 levels where it is a denoiser."""
    return PolicySettings(
        task,
        history_steps=1,
        predicted_steps=steps,
        executed_steps=steps,
        train_steps=20,
        inference_steps=20,
        sampler="ddpm",
        prediction="epsilon",
        network=network,
    )


def dppo_optimiser(passes: int, batch_size: int, rate: CosineSettings) -> OptimiserSettings:
    """Return AdamW as torch has it, for `passes` over the data."""
    return OptimiserSettings(passes, "pass", batch_size, learning_rate=rate, betas=(0.9, 0.999), greatest_norm=None)


def warming_rate(greatest: float, final: float, warm_up: int) -> CosineSettings:
    """Return rates that begin with the final one, grow for `warm_up` passes and fall."""
    return CosineSettings(greatest, final, warm_up, warm_up_from="final")


def dppo_row(summary: str, policy: PolicySettings, optimiser: OptimiserSettings, label: str) -> Pretrain:
    """Return a row; `label` ends the name of its folder."""
    folder = Path("results") / policy.task
    arguments = PretrainArguments(
        folder / "demonstrations.zarr.zip",
        folder / f"pretrain_{label}",
        policy=policy,
        windows=FULL_CHUNKS,
        optimiser=optimiser,
        average=DPPO_AVERAGE,
    )
    return Preset(summary, arguments)
