"""Settings as a text that reads back as the same settings, bit by bit."""

import dataclasses
import json
from typing import Any


def settings_text(settings: Any, kind: type[Any] | None = None) -> str:
    """Return a dataclass of settings, or the part of it that a base class `kind` has, for `parse_settings`."""
    whole = dataclasses.asdict(settings)
    names = [field.name for field in dataclasses.fields(kind or settings) if field.init]
    text = json.dumps({name: whole[name] for name in names}, ensure_ascii=False)
    # YAML takes JSON for its own, but for characters beyond the plain ones: those it wants escaped its own way.
    return "".join(character if " " <= character <= "~" else f"\\U{ord(character):08x}" for character in text)
