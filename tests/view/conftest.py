"""A bag that never happened, drawn once, and read back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from diffpol_ros.cli.main import main
from tests.replay.synthetic import SyntheticRun

if TYPE_CHECKING:
    from tests.view.rrd import Drawn


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """Give what `diffpol view` draws of two seconds."""
    # Imported here: where Rerun is not installed, a conftest cannot be skipped.
    from tests.view.rrd import Drawn

    folder = tmp_path_factory.mktemp("view")
    bag = SyntheticRun(folder / "bag", duration_s=2.0).write()
    assert main(["view", str(bag), "--save", str(folder / "out.rrd"), "--sigmas", "10"]) == 0
    return Drawn(folder / "out.rrd")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder without a display."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path
