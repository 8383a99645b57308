"""The page on faults lists every fault of the registry."""

from pathlib import Path

from diffpol_ros.faults.registry import FAULTS
from diffpol_ros.faults.table import BEGIN, END


def test_every_fault_is_on_the_page(repository: Path) -> None:
    page = (repository / "docs" / "faults.md").read_text(encoding="utf-8")
    assert BEGIN in page and END in page
    missing = {fault.name for fault in FAULTS if f"| {fault.name} |" not in page}
    assert not missing


def test_names_are_given_once() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)


def test_every_fault_is_done_somewhere_and_asks_for_something() -> None:
    assert all(fault.rigs for fault in FAULTS)
    assert all(
        fault.words if fault.start else fault.expected or fault.recovery.name == "NEVER_HELD" for fault in FAULTS
    )
