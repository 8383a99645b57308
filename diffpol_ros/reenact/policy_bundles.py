"""The policy that a bag was recorded with, found by its hash, or another one that is asked for."""

import hashlib
from pathlib import Path

from diffpol_ros.core.errors import DiffpolError, ResourceError
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.bundle_files import read_limited
from diffpol_ros.policy.loading import load_policy, models_folder
from diffpol_ros.policy.manifest.manifest import MANIFEST
from diffpol_ros.policy.runtime.settings import RuntimeSettings
from diffpol_ros.reenact.result import ReplayError


def asked_bundle(model: str, runtime: RuntimeSettings | None) -> Bundle:
    """Return the policy `model`: a name in models, or a bundle's folder."""
    path = Path(model)
    if (path / MANIFEST).is_file():
        return load_policy(path.absolute().name, runtime, str(path.absolute().parent))
    return load_policy(model, runtime)


def recorded_bundle(digest: str, model: str, runtime: RuntimeSettings | None) -> Bundle:
    """Return the bundle whose manifest has the sha256 `digest`; `model` is the name that it had."""
    for name in _candidates(digest, model):
        try:
            bundle = load_policy(name, runtime)
        except ResourceError:
            continue
        if bundle.digest == digest:
            return bundle
    raise ReplayError(
        f"the policy {model or 'of the bag'} with sha256 {digest[:12]}… is not in {models_folder('')}: put the bundle "
        "back that was recorded, or name one by --with"
    )


def _candidates(digest: str, model: str) -> list[str]:
    """Return names of bundles: those with the hash first, then the name it had, which may be a product."""
    manifests = sorted(models_folder("").glob(f"[!.]*/{MANIFEST}"))
    same = [path.parent.name for path in manifests if _digest(path) == digest]
    return [*same, *([model] if model else [])]


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(read_limited(path)).hexdigest()
    except (DiffpolError, OSError):
        return ""
