"""`diffpol models …`."""

from diffpol_ros.core.resources import find_resource, resource_root
from diffpol_ros.policy.bundle import Bundle


def verify(name: str) -> int:
    """Load the bundle as the robot would, and say what was checked."""
    bundle = Bundle.load(find_resource("models", name))
    print(f"{bundle.path}: hashes, shapes and golden vectors hold (largest error {bundle.golden_error:.2g})")
    return 0


def list_models() -> int:
    """Print the name of every bundle in models/."""
    for manifest in sorted((resource_root() / "models").glob("*/manifest.yaml")):
        print(manifest.parent.name)
    return 0
