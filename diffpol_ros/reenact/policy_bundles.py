"""The policy that a bag was recorded with, found by its hash, or another one that is asked for."""

import hashlib
from pathlib import Path

from diffpol_ros.core.errors import DiffpolError
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


def recorded_bundle(digest: str, model: str, models: str, runtime: RuntimeSettings | None) -> Bundle:
    """Return the bundle whose manifest has the sha256 `digest`; `model` is the name that it had, in `models`."""
    homes = [home for home in dict.fromkeys((models, "")) if not home or Path(home).is_dir()]
    others = []
    for home in homes:
        for name in _candidates(digest, model, models_folder(home)):
            bundle = load_policy(name, runtime, home)
            if bundle.digest == digest:
                return bundle
            others.append(f"{bundle.path} has {bundle.digest[:12]}…")
    raise ReplayError(
        f"the policy {model or 'of the bag'} with sha256 {digest[:12]}… is nowhere in "
        f"{', '.join(str(models_folder(home)) for home in homes)} ({'; '.join(others) or 'nothing of that name'}): "
        "put the bundle back that was recorded, or name another by --with"
    )


def _candidates(digest: str, model: str, home: Path) -> list[str]:
    """Return names of bundles: those with the hash first, then the name it had, which may be a product."""
    same = [path.parent.name for path in sorted(home.glob(f"[!.]*/{MANIFEST}")) if _digest(path) == digest]
    parts = [part.strip() for part in model.split("*")] if model else []
    return [*same, *([model] if parts and all((home / part).is_dir() for part in parts) else [])]


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(read_limited(path)).hexdigest()
    except (DiffpolError, OSError):
        return ""
