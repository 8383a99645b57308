"""Where a checkpoint's weights come from."""

from datetime import datetime, timezone
from pathlib import Path

from diffpol_ros.policy.manifest.manifest import Provenance
from sim.checkpoints import Checkpoint
from sim.runs.machine import Source, this_source
from sim.runs.record import RECORD, RunRecord

UNRECORDED = {"pretrain": "python -m sim.pretrain", "finetune": "python -m sim.finetune"}


def record_of(checkpoint: Path) -> RunRecord | None:
    """Return the record of the run that wrote a checkpoint, where it lies beside it."""
    return RunRecord.load(checkpoint.parent) if (checkpoint.parent / RECORD).exists() else None


def provenance_of(checkpoint: Checkpoint, record: RunRecord | None) -> Provenance:
    """Return commit, command and seed of the training; without a record, the commit that exports."""
    date = datetime.now(timezone.utc).date().isoformat()
    seed = int(checkpoint.configuration["seed"])
    if record is None:
        return Provenance(_commit(this_source()), UNRECORDED[checkpoint.kind], seed, date)
    session = record.sessions[-1]
    return Provenance(_commit(session.source), " ".join(session.command), seed, session.ended.partition("T")[0] or date)


def _commit(source: Source) -> str:
    return f"{source.commit}, with changes" if source.dirty else source.commit
