"""Copies of a bag that hold less, or something else."""

from collections.abc import Callable
from pathlib import Path

from diffpol_ros.replay.bag_reader import BagReader, Record
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.schemas import Schema, standard_schema


def copy_bag(bag: BagReader, folder: Path, data_of: Callable[[Record], bytes | None]) -> None:
    """Write into the new bag `folder` what `data_of` returns for each message of `bag`, in CDR; None: it is left out.

    All of `bag` is read, so that its complaints are known then.
    """
    numbers: dict[tuple[str, str], int] = {}
    with BagWriter(folder) as writer:
        for record in bag.records():
            data = data_of(record)
            if data is None:
                continue
            topic = record.topic, record.type_name
            if topic not in numbers:
                numbers[topic] = writer.add_topic(*topic, schema=_schema(record))
            writer.write(numbers[topic], record.log_ns, record.published_ns, data)


def _schema(record: Record) -> Schema:
    name, store = record.type_name, record.store
    if store is None:
        return standard_schema(name) or Schema(name, "", "")
    text, _ = store.generate_msgdef(name, ros_version=2)
    return Schema(name, text, store.hash_rihs01(name))
