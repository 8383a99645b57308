"""What a bag's folder says of itself: metadata.yaml, as rosbag2 writes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

METADATA = "metadata.yaml"
METADATA_VERSION = 8
"""The newest that Humble's rosbag2 still reads; Jazzy reads it too."""


@dataclass(frozen=True)
class TopicEntry:
    """A topic of a bag: quality is its QoS as rosbag2 writes it, digest its type's REP-2011 hash."""

    name: str
    type_name: str
    quality: str
    digest: str
    count: int


@dataclass(frozen=True)
class FileEntry:
    """A file of a bag, and when its first and its last message were received [ns]; both 0 where it has none."""

    name: str
    start_ns: int
    end_ns: int
    count: int


def write_metadata(folder: Path, topics: Sequence[TopicEntry], files: Sequence[FileEntry]) -> None:
    """Write metadata.yaml into `folder`: whole, or not at all."""
    draft = folder / f"{METADATA}.part"
    draft.write_text(yaml.safe_dump(_metadata(topics, files), sort_keys=False), encoding="utf-8")
    draft.replace(folder / METADATA)


def _metadata(topics: Sequence[TopicEntry], files: Sequence[FileEntry]) -> dict[str, object]:
    filled = [file for file in files if file.count]
    start_ns = min((file.start_ns for file in filled), default=0)
    end_ns = max((file.end_ns for file in filled), default=0)
    information = {
        "version": METADATA_VERSION,
        "storage_identifier": "mcap",
        **_times(start_ns, end_ns),
        "message_count": sum(file.count for file in files),
        "topics_with_message_count": [_topic(topic) for topic in topics],
        "compression_format": "",
        "compression_mode": "",
        "relative_file_paths": [file.name for file in files],
        "files": [
            {"path": file.name, **_times(file.start_ns, file.end_ns), "message_count": file.count} for file in files
        ],
        "custom_data": None,
        "ros_distro": "",
    }
    return {"rosbag2_bagfile_information": information}


def _times(start_ns: int, end_ns: int) -> dict[str, object]:
    return {
        "duration": {"nanoseconds": end_ns - start_ns},
        "starting_time": {"nanoseconds_since_epoch": start_ns},
    }


def _topic(topic: TopicEntry) -> dict[str, object]:
    return {
        "topic_metadata": {
            "name": topic.name,
            "type": topic.type_name,
            "serialization_format": "cdr",
            "offered_qos_profiles": topic.quality,
            "type_description_hash": topic.digest,
        },
        "message_count": topic.count,
    }
