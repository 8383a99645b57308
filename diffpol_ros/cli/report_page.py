"""Gathers what the page of a run shows, and writes it."""

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from diffpol_ros.cli.film import episodes_of, film_of
from diffpol_ros.cli.report import CAMERA, ROBOT, Report
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.episodes import Episode
from diffpol_ros.replay.gathering import load_run
from diffpol_ros.replay.report.moments import Moment, asked_moments, moments, shots
from diffpol_ros.replay.report.page import Page, page_text
from diffpol_ros.replay.report.panels import panels
from diffpol_ros.replay.report.tables import tables
from diffpol_ros.replay.series import Run
from diffpol_ros.trials.lift import Outcome

SUMMARY = "summary.json"


def write_report(options: Report) -> Path:
    """Write the page that was asked for; return its path."""
    bag, folder = find_bag(options.run_or_bag)
    run = load_run(bag, options.namespace)
    if run.span_ns == (0, 0):
        raise ResourceError(f"{options.run_or_bag}: the bag holds no messages")
    path = options.output or folder / "report.html"
    asked = _asked(run, options)
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_page(path, bag, run, _episodes(folder), options.robot, options.camera, options.namespace, asked)


def write_page(
    path: Path,
    bag: BagReader,
    run: Run,
    episodes: list[Episode],
    robot: str = ROBOT,
    camera: str = CAMERA,
    namespace: str = "",
    asked: Sequence[Moment] = (),
) -> Path:
    """Write the page of a run to `path`, with the images of the moments that are `asked` for; return it."""
    description = load_robot_description(robot)
    images = run.images.get(Path(camera).stem)
    film = film_of(bag, run, camera, episodes, namespace) if images else None
    page = Page(
        title=f"diffpol: {bag.run_name}",
        facts=_facts(run, bag, episodes),
        duration_s=run.duration_s,
        start_ns=run.span_ns[0],
        panels=panels(run, description),
        tables=tables(run, description, episodes),
        shots=shots(film, moments(film, asked)) if film is not None else (),
    )
    path.write_text(page_text(page), encoding="utf-8")
    return path


def _asked(run: Run, options: Report) -> list[Moment]:
    """Return the moments that are asked for, of which there must be images."""
    camera = Path(options.camera).stem
    if options.moments and not run.images.get(camera):
        others = f"; --camera may be {', '.join(sorted(run.images))}" if run.images else ""
        raise ResourceError(f"--moments: the bag holds no images of camera {camera}{others}")
    return asked_moments(run, options.moments)


def find_bag(given: Path) -> tuple[BagReader, Path]:
    """Return the bag, and the folder that the report goes to."""
    if not given.exists():
        raise ResourceError(f"{given}: does not exist; give a results folder, a bag's folder or its .mcap file")
    if (given / "bag").is_dir():
        return BagReader(given / "bag"), given.absolute()
    bag = BagReader(given)
    return bag, bag.folder.absolute()


def _episodes(folder: Path) -> list[Episode]:
    """Return the episodes that a summary beside the bag tells of; none without one."""
    path = next((each / SUMMARY for each in (folder, folder.parent) if (each / SUMMARY).is_file()), None)
    if path is None:
        return []
    try:
        return episodes_of([Outcome(**each) for each in json.loads(path.read_text(encoding="utf-8"))["outcomes"]])
    except (ValueError, KeyError, TypeError) as error:
        raise ResourceError(f"{path}: cannot be read as the summary of a run: {error!r}") from error


def _facts(run: Run, bag: BagReader, episodes: list[Episode]) -> list[tuple[str, str]]:
    began = datetime.fromtimestamp(1e-9 * run.span_ns[0], tz=timezone.utc)
    told = [("bag", str(bag.folder)), ("recorded", f"{began:%Y-%m-%d %H:%M:%S} UTC, {run.duration_s:.1f} s")]
    if episodes:
        told.append(("outcome", f"{sum(each.success for each in episodes)} of {len(episodes)} succeeded"))
    if run.inferences:
        values = run.inferences[-1].values
        told.append(("policy", f"bundle {values.get('bundle_sha256', 'unknown')}"))
        how = f"{values.get('program', 'unknown')} on {values.get('providers', 'unknown')}"
        told.append(("inferences", f"{len(run.inferences)}, {how}"))
    told.append(("images", ", ".join(f"{count} of {name}" for name, count in run.images.items()) or "none"))
    told += [("lost while recording", each) for each in run.lacking.told]
    told += [("trouble with the bag", complaint) for complaint in bag.complaints]
    return told
