"""Writes the page of a replay."""

from collections.abc import Sequence
from pathlib import Path

from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.report.page import replay_page
from diffpol_ros.reenact.together import Replayed
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.report.page import page_text


def check_path(path: Path) -> None:
    """Refuse a path that no page can be written to, before anything is run."""
    if path.suffix != ".html":
        raise SettingsError(f"--report {path}: a page for a browser is written, name it FILE.html")
    if path.is_dir():
        raise ResourceError(f"--report {path}: is a folder, name a file")
    if not path.parent.is_dir():
        raise ResourceError(f"--report {path}: there is no folder {path.parent}")


def write_replay_page(
    path: Path, bag: Path, options: ReplayOptions, replayed: Replayed, checked: Sequence[str] = ()
) -> None:
    """Write the page of what was replayed; checked: what was said of thresholds."""
    page = replay_page(BagReader(bag), options, replayed, checked)
    try:
        path.write_text(page_text(page), encoding="utf-8")
    except OSError as error:
        raise ResourceError(f"--report {path}: cannot be written: {error}") from error
