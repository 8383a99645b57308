"""Pages as a browser has them: what they would fetch, what they hold, and what is drawn."""

import base64
import html.parser
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")

AT_ONCE = "window.requestAnimationFrame = (draw) => setTimeout(draw, 0);"
"""A browser without a screen may show no frame before the page is read."""


class Links(html.parser.HTMLParser):
    """Collects what a page would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the links of one element."""
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "data")]


def data_of(page: str) -> dict[str, Any]:
    """Return what the script of a page draws."""
    start = page.index('id="data">') + len('id="data">')
    data: dict[str, Any] = json.loads(page[start : page.index("</script>", start)])
    return data


def panel_of(page: str, title: str) -> dict[str, Any]:
    """Return the only panel whose title begins so."""
    (found,) = [panel for panel in data_of(page)["panels"] if panel["title"].startswith(title)]
    return dict(found)


def values_of(panel: dict[str, Any], label: str, name: str = "y") -> NDArray[np.float32]:
    """Return the numbers of the curve `label`."""
    (curve,) = [curve for curve in panel["curves"] if curve["label"] == label]
    return np.frombuffer(base64.b64decode(curve[name]), "<f4")


def dom_of(page: str, folder: Path, script: str = "") -> str:
    """Return the page as a browser has it after its script, and after `script`."""
    path = folder / "page.html"
    with_scripts = page.replace("<head>", f"<head><script>{AT_ONCE}</script>")
    path.write_text(with_scripts.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    assert BROWSER is not None
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", f"--user-data-dir={folder}"]
    seen = subprocess.run([BROWSER, *options, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=120)
    assert seen.stdout, seen.stderr
    return seen.stdout
