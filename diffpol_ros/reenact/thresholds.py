"""How much a replay may change: what makes a bag a regression test."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.settings import closest, load_settings, setting
from diffpol_ros.reenact.result import StageResult


@dataclass(frozen=True)
class Thresholds:
    """The largest change allowed of each kind, by stage and by the kind's name; what is not named may not change."""

    control: dict[str, float] = setting({}, description="of the bridge's answers", minimum=0.0)
    policy: dict[str, float] = setting({}, description="of the chunks", minimum=0.0)
    estimation: dict[str, float] = setting({}, description="of the estimates", minimum=0.0)

    def of(self, stage: str) -> dict[str, float]:
        """Return those of `stage`."""
        allowed: dict[str, float] = getattr(self, stage)
        return allowed


def load_thresholds(path: Path) -> Thresholds:
    """Read a file of thresholds."""
    return load_settings(Thresholds, path)


def excesses(thresholds: Thresholds, result: StageResult, source: Path) -> Iterator[str]:
    """Yield what of `result` changed by more than `source` allows, as sentences."""
    allowed = thresholds.of(result.stage)
    known = {change.name for change in result.changes}
    unknown = sorted(allowed.keys() - known)
    if unknown:
        where = f"{source}: {result.stage}.{unknown[0]}"
        raise SettingsError(f"{where} is nothing that changes there; {closest(unknown[0], known)}")
    for change in result.changes:
        limit = allowed.get(change.name, 0.0)
        # Not a number is no small change.
        if not change.value <= limit:
            unit = f" {change.unit}" if change.unit else ""
            yield f"{result.stage}: {change.name} changed by {change.value:.6g}{unit}, allowed {limit:g}"
