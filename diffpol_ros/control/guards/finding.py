"""What a guard says when something is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Why something must not be; `name` is one snake_case word for counters."""

    name: str
    reason: str
