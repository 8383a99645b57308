"""Which build a stage ran in: bits are only promised to be the same in the same one."""

import hashlib
import platform
from functools import cache
from pathlib import Path

import numpy as np
import scipy

import diffpol_ros

PACKAGE = Path(diffpol_ros.__file__).resolve().parent


def build_of() -> dict[str, str]:
    """Return the versions that decide on the last bit."""
    return {
        "diffpol_ros": diffpol_ros.__version__,
        "code": code_sha256(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "machine": platform.machine(),
    }


@cache
def code_sha256() -> str:
    """Return the SHA-256 over the package's Python files and their names."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(f"{path.relative_to(PACKAGE).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()
