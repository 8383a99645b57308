"""The page of a run holds everything, reaches for nothing outside, and a browser draws it."""

import re
from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.cli.main import main
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.replay.report.page import Page, page_text
from diffpol_ros.replay.report.panel import Panel, Stretch
from diffpol_ros.replay.report.panels import panels
from diffpol_ros.replay.report.tables import Table, tables
from diffpol_ros.replay.series import Run
from tests.browser import Links, data_of, dom_of, needs_browser
from tests.replay.synthetic import SyntheticRun


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = SyntheticRun(tmp_path_factory.mktemp("bag") / "bag").write()
    output = tmp_path_factory.mktemp("out") / "page.html"
    assert main(["report", str(folder), "--output", str(output)]) == 0
    return output.read_text(encoding="utf-8")


def test_it_is_called_as_the_run_and_not_as_the_folder_it_is_written_to(page: str) -> None:
    assert re.search(r"<h1>diffpol: bag\d</h1>", page)


def test_nothing_is_fetched(page: str) -> None:
    links = Links(page).found
    assert links and all(link.startswith("data:image/jpeg;base64,") for link in links)
    assert "http://" not in page and "https://" not in page


def test_what_was_lost_is_said_among_the_facts(page: str) -> None:
    (said,) = re.findall("<dt>lost while recording</dt><dd>(.*?)</dd>", page)
    assert said.startswith("nothing that is known: ")


def test_every_row_of_the_run_is_there(page: str) -> None:
    data = data_of(page)
    titles = [panel["title"] for panel in data["panels"]]
    objects = "block seen", "block, band", "block, turned", "error of block"
    for expected in ("gate", *objects, "end effector", "seam", "joints", "gripper", "latency", "joint target"):
        assert any(title.startswith(expected) for title in titles), titles
    assert data["duration"] == pytest.approx(4.0, abs=0.1)


def test_the_gate_is_summed_up_by_verdict(run: Run) -> None:
    found = {table.title: table for table in tables(run, load_robot_description("panda"), ())}
    gate = {row[0]: row[1:] for row in found["what the gate said"].rows}
    assert set(gate) == {"stop", "command", "hold"}
    assert gate["command"][0] == "3.00 s" and gate["stop"][3] == "not enabled"


def test_chunks_are_drawn_apart_from_each_other(run: Run) -> None:
    rows = panels(run, load_robot_description("panda"))
    (chunk_rows,) = [row for row in rows if row.title.startswith("end effector")]
    asked = next(curve for curve in chunk_rows.curves if curve.label == "x asked")
    assert np.isnan(np.asarray(asked.values)).sum() == len(run.chunks)


def test_a_page_that_is_not_of_images_does_not_speak_of_them() -> None:
    text = page_text(Page("", (), 1.0, 0, (), (), shots=None))
    assert "camera" not in text and "The bag holds no images." in page_text(Page("", (), 1.0, 0, (), ()))


def test_words_of_a_bag_are_words_on_the_page() -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    panel = Panel(evil, stretches=[Stretch(0.0, 1.0, "#fff", evil)])
    text = page_text(Page(evil, [(evil, evil)], 1.0, 0, [panel], [Table(evil, (evil,), ((evil,),))]))
    assert evil not in text and Links(text).found == []


@needs_browser
def test_a_browser_draws_every_row(page: str, tmp_path: Path) -> None:
    drawn = re.findall(r'<canvas width="\d+" height="\d+" style="height', dom_of(page, tmp_path))
    assert len(drawn) == page.count('"stretches"') > 5


def test_a_bag_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path / "none")]) == 1
    assert "does not exist" in capsys.readouterr().err
