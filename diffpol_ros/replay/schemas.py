"""Message types without a ROS installation: definitions and hashes for writing, decoding for reading."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from rosbags.typesys import Stores, TypesysError, get_typestore
from rosbags.typesys.store import Typestore

from diffpol_ros.core.errors import ResourceError


@dataclass(frozen=True)
class Schema:
    """A message type as a bag stores it: its name, its full text, its REP-2011 hash."""

    name: str
    text: str
    digest: str


@cache
def typestore() -> Typestore:
    """Return the message types of ROS 2 Jazzy; those this project uses are the same in Humble."""
    return get_typestore(Stores.ROS2_JAZZY)


@cache
def schema_of(name: str) -> Schema:
    """Return the schema of a message type such as "sensor_msgs/msg/Image"."""
    try:
        text, _ = typestore().generate_msgdef(name, ros_version=2)
    except TypesysError as error:
        raise ResourceError(f"message type {name!r} is not one of the standard ROS 2 messages") from error
    return Schema(name, text, typestore().hash_rihs01(name))


def decode(data: bytes, name: str) -> Any:
    """Return a CDR message as an object with the fields of its type; arrays of numbers are numpy arrays."""
    return typestore().deserialize_cdr(data, name)


def encode(message: Any, name: str) -> bytes:
    """Return an object made from the typestore as CDR."""
    return bytes(typestore().serialize_cdr(message, name))
