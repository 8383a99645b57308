"""Packages that only some files need."""

import importlib
from typing import Any

from sim.errors import DatasetError


def needed(module: str, purpose: str) -> Any:
    """Return the imported module; where it is missing say what it is for and how it is installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise DatasetError(f"{purpose} needs the package {package} ({error}): pip install {package}") from error
