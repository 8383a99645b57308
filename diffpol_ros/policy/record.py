"""An inference as texts, for a log that can be replayed: every number reads back as the same bits."""

import base64

from diffpol_ros.policy.runner import Inference


def inference_values(inference: Inference) -> dict[str, str]:
    """Return what policy/inference publishes: names to texts; vectors are base64 of little-endian float32."""
    return {
        "seed": str(inference.seed),
        "bundle_sha256": inference.digest,
        "observation_stamp_ns": str(inference.chunk.observation_stamp_ns),
        "frame_stamps_ns": _integers(inference.frame_stamps_ns),
        "object_stamps_ns": _integers(inference.object_stamps_ns),
        "assemble_ns": str(inference.timings.assemble_ns),
        "sample_ns": str(inference.timings.sample_ns),
        "decode_ns": str(inference.timings.decode_ns),
        "observation": base64.b64encode(inference.observation.astype("<f4").tobytes()).decode(),
        "actions": base64.b64encode(inference.actions.astype("<f4").tobytes()).decode(),
    }


def _integers(values: tuple[int, ...]) -> str:
    return " ".join(map(str, values))
