"""The page of a replay holds what was asked, what differs and both over time, and a browser draws it."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.replay import GOLDEN
from diffpol_ros.bridge.setup import CODEC
from diffpol_ros.control.verdict import Command
from diffpol_ros.core.journal.lines import Line
from diffpol_ros.core.journal.transcript import Played
from diffpol_ros.core.robot_description import JOINTS
from diffpol_ros.core.types import JointTarget
from diffpol_ros.reenact.control import replay_control
from diffpol_ros.reenact.control_traces import ControlTraces
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.report.page import replay_page
from diffpol_ros.reenact.report.panels import panels
from diffpol_ros.reenact.result import StageResult
from diffpol_ros.reenact.together import Replayed, replay_stages
from diffpol_ros.reenact.traces import MOST, Decided, Trace, Traces
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.report.clock import Clock
from diffpol_ros.replay.report.page import page_text
from tests.browser import Links, data_of, dom_of, needs_browser, panel_of, values_of
from tests.reenact.bridge_bag import START_NS, Rig, write_bag

TRACED = ReplayOptions(traced=True)
RESULT = StageResult("control", 1, 1, 0, None, (), 1.0, 1.0)
SPAN_NS = (START_NS, START_NS + 10**9)


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rig = Rig()
    rig.move()
    return write_bag(tmp_path_factory.mktemp("moved") / "bag", rig.texts)


@pytest.fixture(scope="module")
def slower(tmp_path_factory: pytest.TempPathFactory) -> ReplayOptions:
    file = tmp_path_factory.mktemp("parameters") / "slow.yaml"
    file.write_text("velocity_scale: 0.02\n", encoding="utf-8")
    return replace(TRACED, parameters=file)


@pytest.fixture(scope="module")
def changed(bag: Path, slower: ReplayOptions) -> StageResult:
    return replay_control(bag, slower)


@pytest.fixture(scope="module")
def page(bag: Path, slower: ReplayOptions, changed: StageResult) -> str:
    return text_of(bag, slower, Replayed(SPAN_NS, (changed,), (), ()))


def text_of(bag: Path, options: ReplayOptions, replayed: Replayed) -> str:
    return page_text(replay_page(BagReader(bag), options, replayed))


def facts_of(page: str) -> dict[str, str]:
    return dict(re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", page))


def test_nothing_is_fetched(page: str) -> None:
    assert not Links(page).found and "http://" not in page and "https://" not in page


def test_it_says_what_was_asked_and_what_came_of_it(page: str, changed: StageResult, slower: ReplayOptions) -> None:
    facts = facts_of(page)
    assert str(slower.parameters) in facts["asked"] and "open loop" in facts["asked"]
    assert facts["answer"] == f"{changed.decisions - changed.equal} of {changed.decisions} decisions differ"
    assert "<td>bridge.settings.velocity_scale</td><td>0.9</td><td>0.02</td>" in page


def test_the_first_difference_stands_with_its_time_from_the_beginning_of_the_bag(
    page: str, changed: StageResult
) -> None:
    assert changed.first is not None
    seconds = 1e-9 * (changed.first.stamp_ns - START_NS)
    (row,) = re.findall(r'<tr data-time="([\d.]+)">(.*?)</tr>', page)
    assert float(row[0]) == pytest.approx(seconds, abs=1e-3) and f"<td>{seconds:.3f} s</td>" in row[1]
    assert f"<td>{changed.first.difference.field}</td><td>{changed.first.difference.then}</td>" in row[1]


def test_targets_and_verdicts_are_drawn_then_and_now(page: str) -> None:
    joints = panel_of(page, "control: joint targets, then")
    apart = values_of(panel_of(page, "control: joint targets, now minus then"), "2")
    then, now = (values_of(joints, label) for label in ("2 then", "2"))
    assert np.allclose(1e3 * (now - then), apart, atol=1e-3, equal_nan=True) and np.nanmax(np.abs(apart)) > 0.01
    for name in ("then", "now"):
        assert panel_of(page, f"control: the gate {name}")["stretches"][-1][3] == "command"


def test_decisions_that_differ_are_shown_when_they_were_made(page: str, changed: StageResult) -> None:
    stretches = panel_of(page, "control decides")["stretches"]
    assert changed.first is not None
    first = next(start for start, _, _, text in stretches if text != "the same")
    assert first == pytest.approx(1e-9 * (changed.first.stamp_ns - START_NS), abs=0.02)


def test_where_all_is_the_same_that_is_said_and_no_differences_are_drawn(bag: Path) -> None:
    result = replay_control(bag, TRACED)
    page = text_of(bag, TRACED, Replayed(SPAN_NS, (result,), (), ()))
    facts = facts_of(page)
    assert facts["answer"] == f"all of {result.decisions} decisions are the same, bit by bit"
    assert facts["asked"] == "is every decision the same, bit by bit?"
    titles = [panel["title"] for panel in data_of(page)["panels"]]
    assert "control: the gate now" in titles and not any("minus" in title for title in titles)
    assert {each[3] for each in panel_of(page, "control decides")["stretches"]} == {"the same"}


def test_of_a_stage_that_cannot_be_judged_it_is_said_why(bag: Path) -> None:
    replayed = replay_stages(bag, TRACED, ("estimation",))
    facts = facts_of(text_of(bag, TRACED, replayed))
    assert facts["answer"] == "nothing of it can be judged"
    assert "the bag holds no journal of this stage" in facts["cannot be judged"]


@pytest.mark.parametrize(("later_s", "begin_s"), [(0.05, -0.05), (-0.05, 0.05), (1e6, 0.0)])
def test_times_count_from_the_beginning_of_the_bag_unless_its_clock_is_another(
    bag: Path, changed: StageResult, later_s: float, begin_s: float
) -> None:
    assert changed.traces is not None
    first_ns = min(changed.traces.decided.stamps_ns)
    span_ns = (first_ns + round(later_s * 1e9), first_ns + round((later_s + 1.0) * 1e9))
    page = text_of(bag, TRACED, Replayed(span_ns, (changed,), (), ()))
    assert data_of(page)["begin"] == pytest.approx(begin_s)
    assert panel_of(page, "control decides")["stretches"][0][0] == pytest.approx(begin_s)


def test_a_curve_is_interrupted_by_a_long_silence_and_keeps_its_values() -> None:
    stamps_ns = np.array([0, 1, 2, 9, 10]) * 10**9 // 2
    then = np.arange(5.0)[:, None]
    trace = Trace("width", "mm", ("width",), stamps_ns, then, then)
    (panel,) = panels([replace(RESULT, traces=Traces(Decided(), courses=(trace,)))], Clock(0))
    for curve in panel.curves:
        values = np.asarray(curve.values)
        assert np.array_equal(values, [0.0, 1.0, 2.0, np.nan, 3.0, 4.0], equal_nan=True)
    alone = Trace("width", "mm", ("width",), stamps_ns[:1], then[:1], then[:1])
    (panel,) = panels([replace(RESULT, traces=Traces(Decided(), courses=(alone,)))], Clock(0))
    assert [len(np.asarray(curve.values)) for curve in panel.curves] == [1, 1]


def test_the_page_of_a_long_bag_stays_small() -> None:
    collector, target = ControlTraces(), JointTarget(0, np.linspace(0.0, 1.0, JOINTS), 0.04)
    outcome = CODEC.plain((0, True, Command(target)))
    for number in range(50_000):
        line = Line(number, number * 10**7, "tick", [], [], outcome)
        collector.add(Played(line, outcome, None))
        collector.decided.add(line.stamp_ns, differs=number % 3 == 0)
    result = replace(RESULT, traces=collector.traces())
    page = text_of(GOLDEN, TRACED, Replayed((0, 1), (result,), (), ()))
    assert len(page) < 1_500_000 and len(values_of(panel_of(page, "control: joint targets, then"), "7")) <= MOST


@needs_browser
def test_a_click_on_the_first_difference_tells_the_values_of_its_time(page: str, tmp_path: Path) -> None:
    seen = dom_of(page, tmp_path, 'document.querySelector("tr[data-time]").click();')
    panels = data_of(page)["panels"]
    assert len(re.findall(r'<canvas width="\d+" height="\d+" style="height', seen)) == len(panels)
    told = re.findall(r'<span class="told">(.*?)</span></div>', seen)
    assert len(told) == len(panels)
    assert re.search(r">2 then -?\d\.\d+</span>", seen) and ">command</span>" in seen
