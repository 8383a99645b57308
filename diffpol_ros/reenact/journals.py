"""The journals that a bag holds."""

from pathlib import Path

from diffpol_ros.core.journal.build import build_of
from diffpol_ros.core.journal.reading import Recorded, read_journals
from diffpol_ros.reenact.result import ReplayError
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.message_types import TEXT


def stage_journals(bag: Path, topic: str, stage: str) -> list[Recorded]:
    """Return the journals on `topic`, which are of `stage`; ReplayError where there is none."""
    journals = read_journals(record.message_of(TEXT).data for record in BagReader(bag).records([topic]))
    if not journals:
        raise ReplayError(f"the bag holds no journal of this stage (topic {topic}): record it by `diffpol record`")
    wrong = [recorded.head.stage for recorded in journals if recorded.head.stage != stage]
    if wrong:
        raise ReplayError(f"{topic} is the journal of {wrong[0]!r}, expected {stage!r}")
    return journals


def other_build(recorded: Recorded) -> tuple[str, ...]:
    """Return what of the build is not as it was, as notes: then the last bits may differ."""
    then, now = recorded.head.build, build_of()
    differing = [name for name in now if then.get(name) != now[name]]
    if not differing:
        return ()
    told = ", ".join(f"{name} {then.get(name, 'unknown')[:12]} then, {now[name][:12]} now" for name in differing)
    return (f"another build: {told}",)
