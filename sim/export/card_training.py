"""The part of a card that tells how the weights came to be."""

from collections.abc import Mapping
from typing import Any

from diffpol_ros.policy.manifest.manifest import Provenance
from sim.runs.machine import this_machine, versions
from sim.runs.record import RunRecord
from sim.trained import Trained


def training(trained: Trained, record: RunRecord | None, provenance: Provenance) -> str:
    """Return what was done, for how long, on which machine; `record` is the run's own, where there is one."""
    told = _finetuned(trained) if trained.checkpoint.kind == "finetune" else _pretrained(trained)
    return f"`{provenance.command}`, seed {provenance.seed}: {told}\n{_machine(record)} Code: {provenance.commit}."


def _pretrained(trained: Trained) -> str:
    checkpoint = trained.checkpoint
    batch = _number(checkpoint.configuration, "optimiser", "batch_size")
    return (
        f"{checkpoint.step} updates of {batch} windows, AdamW, moving average of weights; "
        f"{checkpoint.seconds / 60:.1f} minutes of wall time."
    )


def _finetuned(trained: Trained) -> str:
    checkpoint = trained.checkpoint
    steps = checkpoint.state.get("environment_steps", "an unknown number of")
    worlds = _number(checkpoint.configuration, "worlds")
    return (
        f"{checkpoint.step} iterations of DPPO in {worlds} worlds, {steps} environment steps; "
        f"{checkpoint.seconds / 60:.1f} minutes of wall time. What was not fine-tuned is as its base was."
    )


def _machine(record: RunRecord | None) -> str:
    machine, found = (record.sessions[-1].machine, record.sessions[-1].versions) if record else (None, versions())
    machine = machine or this_machine()
    gpu = f", {machine.gpu}" if machine.gpu else ""
    where = "Machine" if record else "Exported on"
    return (
        f"{where}: {machine.cores} cores of {machine.cpu}{gpu}, {machine.memory_gib:g} GiB, Python {found['python']}, "
        f"torch {found['torch']}."
    )


def _number(configuration: Mapping[str, Any], *path: str) -> Any:
    """Return an entry of a configuration, or a question mark."""
    value: Any = configuration
    for name in path:
        value = value.get(name, "?") if isinstance(value, Mapping) else "?"
    return value
