"""The table tells times, failures and whether it is whole; in a page it replaces only itself."""

import dataclasses
import json
from pathlib import Path

import pytest

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.faults.fault import Fault, Recovery
from diffpol_ros.faults.summary import Row, summarize
from diffpol_ros.faults.table import BEGIN, END, PARTIAL, beside, markdown, read_json, write
from diffpol_ros.faults.trial import Trial
from tests.faults.written_rig import strike

FAULT = Fault("robot_gone", "It goes.", ("stop.robot_lost",), Recovery.ENABLE, fake=strike, target=0.3)  # type: ignore[arg-type]


def rows(*times: float, unsafe: tuple[str, ...] = ()) -> list[Row]:
    return summarize(
        [FAULT], [Trial("robot_gone", "fake", each / 2, each, "stop.robot_lost", unsafe=unsafe) for each in times]
    )


def test_a_row_has_the_median_and_the_worst() -> None:
    (row,) = rows(0.1, 0.2, 0.25)
    assert row.passed and row.trials == 3
    assert (row.median, row.worst) == (pytest.approx(0.2), pytest.approx(0.25))
    assert (row.noticed_median, row.noticed_p99) == (pytest.approx(0.1), pytest.approx(0.1245))


def test_the_table_tells_when_the_arm_braked_beside_when_it_was_safe() -> None:
    assert "| stop.robot_lost | 50 | 50 | 100 | 100 | 100 | 300 | 0 |" in markdown(rows(0.1))


def test_one_late_trial_fails_the_row() -> None:
    (row,) = rows(0.1, 0.31)
    assert not row.passed and "0.310 s" in row.failures[0]


def test_one_unsafe_trial_fails_the_row() -> None:
    (row,) = rows(0.1, unsafe=("velocity was 2.00 of the limit",))
    assert row.unsafe == 1 and not row.passed


def test_a_partial_table_says_so(tmp_path: Path) -> None:
    assert PARTIAL in markdown(rows(0.1), partial=True) and PARTIAL not in markdown(rows(0.1))
    write(tmp_path / "table.json", rows(0.1), partial=True)
    told = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    assert told["partial"] is True and told["rows"][0]["fault"] == "robot_gone"


def test_a_page_keeps_what_is_around_the_table(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write(page, rows(0.1))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert "robot_gone" in text and "old\n" not in text


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match=r"\.md or \.json"):
        write(tmp_path / "table.txt", rows(0.1))


def test_rows_come_back_from_json_as_they_were(tmp_path: Path) -> None:
    write(tmp_path / "table.json", rows(0.1, 0.2))
    assert read_json(tmp_path / "table.json") == rows(0.1, 0.2)


def test_what_is_no_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "table.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ResourceError, match=r"table\.json: no table of faults"):
        read_json(tmp_path / "table.json")


def test_earlier_rows_stand_beside_these_unless_they_were_done_again() -> None:
    [row] = rows(0.1)
    twin, other = dataclasses.replace(row, rig="twin"), dataclasses.replace(row, fault="other")
    again = dataclasses.replace(row, median=0.2)
    assert beside([twin, again], [row, other]) == [twin, again, other]
