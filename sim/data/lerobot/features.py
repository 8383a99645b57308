"""What a LeRobot data set says of its columns, in meta/info.json."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.data.dataset import Dataset

STATE, ACTION, IMAGES = "observation.state", "action", "observation.images."
REWARD, DONE, TRUNCATED = "next.reward", "next.done", "next.truncated"
EPISODE = "episode_index"


@dataclass(frozen=True)
class Feature:
    """A column: `shape` of one frame's value, `names` of its numbers or axes where they have any."""

    dtype: str
    shape: tuple[int, ...] = (1,)
    names: tuple[str, ...] | None = None

    def plain(self) -> dict[str, Any]:
        """Return it as info.json has it."""
        return {"dtype": self.dtype, "shape": list(self.shape), "names": list(self.names) if self.names else None}

    @property
    def is_image(self) -> bool:
        """Return whether it is a picture inside the table."""
        return self.dtype == "image"

    def told_to_datasets(self) -> dict[str, Any]:
        """Return it in the words of Hugging Face's datasets, for the table's own schema."""
        if self.is_image:
            return {"_type": "Image"}
        value = {"dtype": self.dtype, "_type": "Value"}
        return value if self.shape == (1,) else {"feature": value, "length": self.shape[0], "_type": "Sequence"}


EVERY_FRAME: Mapping[str, Feature] = {
    "timestamp": Feature("float32"),
    "frame_index": Feature("int64"),
    EPISODE: Feature("int64"),
    "index": Feature("int64"),
    "task_index": Feature("int64"),
}
"""Columns of every LeRobot data set: time in the episode [s], and numbers in the episode and in all."""


def features_of(dataset: Dataset) -> dict[str, Feature]:
    """Return the columns of an exported data set, in order."""
    about = dataset.about
    pictures = {
        f"{IMAGES}{camera}": Feature("image", images.shape[1:], ("height", "width", "channels"))
        for camera, images in dataset.images.items()
    }
    return {
        STATE: Feature("float32", (dataset.states.shape[2],), about.state_names or None),
        ACTION: Feature("float32", (dataset.actions.shape[1],), about.action_names or None),
        **pictures,
        REWARD: Feature("float32"),
        DONE: Feature("bool"),
        TRUNCATED: Feature("bool"),
        **EVERY_FRAME,
    }
