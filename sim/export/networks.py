"""A policy's networks as the files of a bundle, each held against torch."""

from pathlib import Path

from diffpol_ros.policy.diffusion.steps import sampling_steps
from diffpol_ros.policy.manifest.manifest import Manifest
from sim.actors.exported import ExportedNetworks
from sim.export.parity import denoiser_parity, encoder_parity, head_parity, require_parity
from sim.networks.heads.head import Head
from sim.trained import Trained


def write_networks(folder: Path, trained: Trained, manifest: Manifest) -> float:
    """Write the files that the manifest names, but for encoders, which are there; return the greatest difference."""
    differences = _encoders(folder, trained, manifest)
    file, networks = folder / manifest.networks.file, trained.networks
    if isinstance(networks, Head):
        networks.as_onnx(file)
        differences[file.name] = head_parity(networks, file)
    else:
        differences |= _denoisers(folder, networks, manifest)
    return require_parity(differences)


def _denoisers(folder: Path, networks: ExportedNetworks, manifest: Manifest) -> dict[str, float]:
    """Write each network once, and compare it at the levels of its own steps."""
    steps, each = sampling_steps(networks.diffusion), networks.each
    tuned = manifest.networks.fine_tuned
    first = len(steps) - (tuned.last_steps if tuned else 0)
    parts = {manifest.networks.file: range(first)} | ({tuned.file: range(first, len(steps))} if tuned else {})
    differences = {}
    for name, part in parts.items():
        network = each[part[0]]
        network.as_onnx(folder / name)
        differences[name] = denoiser_parity(network, folder / name, [steps[index].timestep for index in part])
    return differences


def _encoders(folder: Path, trained: Trained, manifest: Manifest) -> dict[str, float]:
    if trained.encoders is None:
        return {}
    each = trained.encoders.by_camera()
    return {
        written.file: encoder_parity(each[written.camera], written, folder / written.file)
        for written in manifest.networks.encoders
    }
