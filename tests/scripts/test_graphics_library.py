import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import graphics_library


@pytest.mark.gl
def test_a_way_to_render_is_found_here(repository: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "scripts.graphics_library"], capture_output=True, text=True, check=True, cwd=repository
    )
    assert found.stdout.strip() in ("egl", "osmesa")


def test_bare_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphics_library, "_load", lambda name: None)
    assert graphics_library.find() == ""


def test_osmesa_is_the_second_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    available = {"libOSMesa.so.8": ctypes.CDLL(None)}
    monkeypatch.setattr(graphics_library, "_load", available.get)
    assert graphics_library.find() == "osmesa"


def test_egl_without_a_gl_library_beside_it_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    available = {"libEGL.so.1": ctypes.CDLL(None)}
    monkeypatch.setattr(graphics_library, "_load", available.get)
    assert graphics_library.find() == ""
