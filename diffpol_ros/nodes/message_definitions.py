"""The definition of a message type, told by its Python class: it needs no .msg file, which wheels leave out."""

import re
from collections.abc import Iterator
from typing import Any

from diffpol_ros.nodes.recorded_topics import message_type
from diffpol_ros.replay.schemas import Schema, schema_from_text, standard_schema

SEPARATOR = "=" * 80
NAMES = {"boolean": "bool", "octet": "byte", "double": "float64", "float": "float32"}
"""What IDL calls otherwise than .msg files do."""


def find_schema(name: str, digest: str = "") -> Schema:
    """Return the schema of a type: the standard one, or what its class says where it is not standard or differs.

    digest: the type's REP-2011 hash as its publisher says, which the schema then has too; empty: unknown.
    """
    standard = standard_schema(name)
    if standard is not None and digest in ("", standard.digest):
        return standard
    schema = schema_from_text(name, definition(name, message_type(name)))
    return Schema(name, schema.text, digest or schema.digest)


def definition(name: str, kind: Any) -> str:
    """Return the full text of a type: its own fields, then those of every type inside it."""
    parts, wanted, seen = [_own(kind)], list(_inside(kind)), {name}
    while wanted:
        inner = wanted.pop(0)
        if inner in seen:
            continue
        seen.add(inner)
        package, _, short = inner.split("/")
        parts += [SEPARATOR, f"MSG: {package}/{short}", _own(message_type(inner))]
        wanted += _inside(message_type(inner))
    return "\n".join(parts) + "\n"


def _own(kind: Any) -> str:
    return "\n".join(f"{_as_msg(told)} {field}" for field, told in kind.get_fields_and_field_types().items())


def _inside(kind: Any) -> Iterator[str]:
    for told in kind.get_fields_and_field_types().values():
        found = re.search(r"(\w+)/(\w+)", told)
        if found:
            yield f"{found[1]}/msg/{found[2]}"


def _as_msg(told: str) -> str:
    """Return a field's type as a .msg file writes it."""
    sequence = re.fullmatch(r"sequence<(.+?)(?:, (\d+))?>", told)
    if sequence:
        return f"{_as_msg(sequence[1])}[{f'<={sequence[2]}' if sequence[2] else ''}]"
    array = re.fullmatch(r"(.+)\[(\d+)\]", told)
    if array:
        return f"{_as_msg(array[1])}[{array[2]}]"
    text = re.fullmatch(r"(w?string)<(\d+)>", told)
    return f"{text[1]}<={text[2]}" if text else NAMES.get(told, told)
