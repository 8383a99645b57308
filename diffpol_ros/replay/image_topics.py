"""Where the images of a camera are in a bag: as they were sent, or packed on the topic beside it."""

COMPRESSED = "/compressed"
"""What image_transport calls the topic of packed images, behind the name of the images themselves."""
IMAGES = "/image_raw"
SUFFIXES = (IMAGES, IMAGES + COMPRESSED)


def camera_of(topic: str) -> str:
    """Return which camera's images a topic holds, as in camera/<name>/image_raw; empty for any other topic."""
    suffix = next((each for each in SUFFIXES if topic.endswith(each)), "")
    return topic.removesuffix(suffix).rpartition("/")[2] if suffix else ""


def image_topics(topic: str) -> tuple[str, str]:
    """Return the topics on which a bag may have the images of `topic`: itself, and that of packed ones."""
    return topic, topic + COMPRESSED
