"""Message types without a ROS installation: definitions and hashes for writing, decoding for reading."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from rosbags.interfaces import Nodetype
from rosbags.serde import SerdeError
from rosbags.typesys import Stores, TypesysError, get_types_from_idl, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from diffpol_ros.core.errors import ResourceError


@dataclass(frozen=True)
class Schema:
    """A message type as a bag stores it: its name, its full text, its REP-2011 hash, how the text is written."""

    name: str
    text: str
    digest: str
    encoding: str = "ros2msg"


@cache
def typestore() -> Typestore:
    """Return the message types of ROS 2 Jazzy; those this project uses are the same in Humble."""
    return get_typestore(Stores.ROS2_JAZZY)


@cache
def standard_schema(name: str) -> Schema | None:
    """Return the schema of a standard message type; None where it is none."""
    try:
        text, _ = typestore().generate_msgdef(name, ros_version=2)
    except TypesysError:
        return None
    return Schema(name, text, typestore().hash_rihs01(name))


def schema_of(name: str) -> Schema:
    """Return the schema of a message type such as "sensor_msgs/msg/Image"."""
    schema = standard_schema(name)
    if schema is None:
        raise ResourceError(f"message type {name!r} is not one of the standard ROS 2 messages")
    return schema


def schema_from_text(name: str, text: str, encoding: str = "ros2msg") -> Schema:
    """Return the schema of a type that a bag or an installed package defines by `text`."""
    return Schema(name, text, store_of(name, text, encoding).hash_rihs01(name))


def store_of(name: str, text: str, encoding: str = "ros2msg") -> Typestore:
    """Return a store of the types that `text` defines."""
    if encoding not in ("ros2msg", "ros2idl"):
        raise ResourceError(
            f"message type {name}: its definition is written as {encoding!r}, known are ros2msg, ros2idl"
        )
    try:
        types = get_types_from_msg(text, name) if encoding == "ros2msg" else get_types_from_idl(text)
        store = get_typestore(Stores.EMPTY)
        # These two are part of every other, and no bag defines them anew.
        store.register({each: typestore().fielddefs[each] for each in _BUILT_IN if each not in types})
        store.register(types)
        missing = _missing(store, name)
    except (TypesysError, KeyError, IndexError, AssertionError) as error:
        raise ResourceError(f"message type {name}: its definition cannot be read: {error}") from error
    if missing:
        raise ResourceError(f"message type {name}: its definition lacks that of {', '.join(sorted(missing))}")
    return store


def decode(data: bytes, name: str, store: Typestore | None = None) -> Any:
    """Return a CDR message as an object with the fields of its type; arrays of numbers are numpy arrays."""
    store = store or typestore()
    if name not in store.fielddefs:
        raise ResourceError(f"message type {name} is unknown, and the bag does not define it")
    try:
        return store.deserialize_cdr(data, name)
    except (SerdeError, IndexError, TypeError, AssertionError) as error:
        raise ResourceError(f"a message of {len(data)} bytes is no {name}: {error}") from error


def encode(message: Any, name: str) -> bytes:
    """Return an object made from the typestore as CDR."""
    return bytes(typestore().serialize_cdr(message, name))


_BUILT_IN = ("builtin_interfaces/msg/Time", "builtin_interfaces/msg/Duration")


def _missing(store: Typestore, name: str) -> set[str]:
    """Return which types `name` needs and nobody defines."""
    if name not in store.fielddefs:
        return {name}
    inner = {each for _, field in store.fielddefs[name][1] for each in _named(field)}
    return {lost for each in inner for lost in _missing(store, each)}


def _named(field: Any) -> set[str]:
    kind, told = field
    if kind is Nodetype.NAME:
        return {told}
    return _named(told[0]) if kind in (Nodetype.ARRAY, Nodetype.SEQUENCE) else set()
