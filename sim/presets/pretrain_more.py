"""Rows of pre-training that need a large machine: robomimic from pixels, and FurnitureBench."""

from collections.abc import Mapping
from dataclasses import replace

from sim.networks.residual_mlp import ResidualMlpSettings
from sim.networks.unet import furniture_unet
from sim.networks.vision.settings import VisionSettings
from sim.policy_settings import PolicySettings
from sim.presets.pretrain_rows import Pretrain, dppo_optimiser, dppo_policy, dppo_row, warming_rate

PIXELS = replace(dppo_optimiser(2000, 256, warming_rate(1e-4, 1e-5, 100)), at_once=64)
FURNITURE = dppo_optimiser(8000, 256, warming_rate(1e-4, 1e-5, 100))
HAND = ("robot0_eye_in_hand_image",)
SHOULDERS = ("shouldercamera0_image", "shouldercamera1_image")


def _by_ddim(policy: PolicySettings) -> PolicySettings:
    """Return the policy with 100 noise levels, of which DDIM visits 5."""
    return replace(policy, train_steps=100, inference_steps=5, sampler="ddim", recompute_epsilon=True)


def _pixels(task: str, sizes: tuple[int, int], cameras: tuple[str, ...], hidden: int, steps: int = 4) -> Pretrain:
    frame, action = sizes
    policy = _by_ddim(dppo_policy(task, ResidualMlpSettings(hidden, 1, 32), steps))
    policy = replace(policy, frame_size=frame, action_size=action, vision=VisionSettings(cameras))
    summary = f"robomimic, {task} from pixels: diffusion, on data imported by `python -m sim.data import`"
    row = dppo_row(summary, policy, PIXELS, "pixels")
    return replace(row, arguments=replace(row.arguments, data=row.arguments.data.with_name("pixels.zarr.zip")))


def _furniture(task: str, label: str, policy: PolicySettings) -> Pretrain:
    return dppo_row(f"FurnitureBench, {task}: diffusion, {label}", _by_ddim(policy), FURNITURE, label)


def _unet(task: str) -> PolicySettings:
    return replace(dppo_policy(task, furniture_unet(), 16), executed_steps=8)


def _mlp(task: str) -> PolicySettings:
    return dppo_policy(task, ResidualMlpSettings(1024, 3, 32, observation_widths=(512, 64)), 8)


PIXEL_PRESETS: Mapping[str, Pretrain] = {
    "lift_pixels": _pixels("lift", (9, 7), HAND, 512),
    "can_pixels": _pixels("can", (9, 7), HAND, 512),
    "square_pixels": _pixels("square", (9, 7), ("agentview_image",), 768),
    "transport_pixels": _pixels("transport", (18, 14), SHOULDERS, 768, steps=8),
}
"""robomimic from images of 96 x 96 and the arm's own state."""
FURNITURE_PRESETS: Mapping[str, Pretrain] = {
    f"{task}{ending}": _furniture(task, label, policy(task))
    for task in ("one_leg_low", "one_leg_med", "lamp_low", "lamp_med", "round_table_low", "round_table_med")
    for ending, label, policy in (("", "unet", _unet), ("_mlp", "mlp", _mlp))
}
"""FurnitureBench from states; the reference's MLP has layer norms, ours has none."""
