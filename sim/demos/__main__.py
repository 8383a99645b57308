"""Record demonstrations: python -m sim.demos block. Ctrl-C keeps what there is; the same command goes on."""

import time
from collections.abc import Mapping

from sim.demos.avoid import AvoidDemonstrations
from sim.demos.block import BlockDemonstrations
from sim.demos.policy import PolicyDemonstrations
from sim.demos.recording import record_to_file
from sim.demos.source import Source
from sim.terminal import interrupts_asked, run_one

SOURCES: Mapping[str, type[Source]] = {
    "block": BlockDemonstrations,
    "avoid": AvoidDemonstrations,
    "policy": PolicyDemonstrations,
}


def main(source: Source) -> None:
    """Record and say what came of it."""
    start = time.monotonic()
    with interrupts_asked() as stop:
        recorded = record_to_file(source, stop)
    dataset = recorded.dataset
    attempted = max(source.episodes - recorded.left, len(dataset.ends))
    print(
        f"{source.output}: {len(dataset.ends)} of {attempted} episodes, "
        f"{len(dataset.actions)} frames, {source.output.stat().st_size / 1e6:.1f} MB, "
        f"{time.monotonic() - start:.0f} s"
    )
    if recorded.left:
        print(f"stopped; the same command goes on, {recorded.left} to go")


if __name__ == "__main__":
    run_one(main, SOURCES, "Record demonstrations of a task. Ctrl-C keeps what there is; the same command goes on.")
