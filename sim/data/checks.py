"""What is wrong with a data set: where it is, and the cure."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import DatasetError

if TYPE_CHECKING:
    from sim.data.dataset import Dataset

Shape = tuple[int | str, ...]


def check(dataset: "Dataset", source: str) -> None:
    """Refuse arrays that do not fit together or are not finite; `source` is the file's name in the error."""
    frames, episodes = len(dataset.actions), len(dataset.ends)
    check_array(source, "state", dataset.states, ("V", frames, "d"), np.float32)
    check_array(source, "action", dataset.actions, (frames, "a"), np.float32)
    check_array(source, "reward", dataset.rewards, (frames,), np.float32)
    check_array(source, "episode_ends", dataset.ends, (episodes,), np.int64)
    check_array(source, "seeds", dataset.seeds, (episodes,), np.int64)
    check_array(source, "terminals", dataset.terminals, (episodes,), np.bool_)
    for camera, images in dataset.images.items():
        check_array(source, camera, images, (frames, "h", "w", 3), np.uint8)
    _check_ends(source, dataset.ends, frames)
    _check_about(source, dataset)
    _check_finite(source, "state", dataset.states.swapaxes(0, 1), dataset.ends)
    _check_finite(source, "action", dataset.actions, dataset.ends)
    _check_finite(source, "reward", dataset.rewards, dataset.ends)


def check_array(source: str, name: str, array: Any, shape: Shape, kind: type[np.generic]) -> None:
    """Refuse another shape (a letter stands for any length but 0) or another type."""
    fits = len(array.shape) == len(shape) and all(
        have > 0 if isinstance(want, str) else have == want for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits or array.dtype != kind:
        have, want = _told(array.shape), _told(shape)
        raise DatasetError(
            f"{source}: {name} is {have} {array.dtype}, expected {want} {np.dtype(kind)}; "
            "write the file with Dataset.save or `python -m sim.data import`"
        )


def _told(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))})"


def _check_ends(source: str, ends: NDArray[np.int64], frames: int) -> None:
    lengths = np.diff(ends, prepend=0)
    if not len(ends) or ends[-1] != frames:
        last = int(ends[-1]) if len(ends) else "absent"
        raise DatasetError(
            f"{source}: episode_ends: the last is {last}, but there are {frames} frames; "
            "each end is the number of frames up to the end of its episode: record or import the data anew"
        )
    if (lengths <= 0).any():
        episode = int(np.argmax(lengths <= 0))
        before = int(ends[episode - 1]) if episode else 0
        raise DatasetError(
            f"{source}: episode_ends[{episode}] is {ends[episode]} after {before}: an episode has at least one frame "
            "and ends grow; record or import the data anew"
        )


def _check_about(source: str, dataset: "Dataset") -> None:
    about = dataset.about
    if not (np.isfinite(about.rate_hz) and about.rate_hz > 0.0):
        raise DatasetError(f"{source}: rate_hz is {about.rate_hz}, expected frames a second, above 0")
    for part, names, size in (
        ("state", about.state_names, dataset.states.shape[2]),
        ("action", about.action_names, dataset.actions.shape[1]),
    ):
        if names and len(names) != size:
            raise DatasetError(f"{source}: {len(names)} {part}_names for {size} numbers; name all of them or none")


def _check_finite(source: str, name: str, values: NDArray[np.float32], ends: NDArray[np.int64]) -> None:
    bad = ~np.isfinite(values)
    if not bad.any():
        return
    frames = np.flatnonzero(bad.any(axis=tuple(range(1, bad.ndim))))
    frame = int(frames[0])
    episode = int(np.searchsorted(ends, frame, side="right"))
    where = "".join(f"[{index}]" for index in np.argwhere(bad[frame])[0])
    raise DatasetError(
        f"{source}: {name} of frame {frame} (episode {episode}){where} is {values[frame][bad[frame]].flat[0]}, one of "
        f"{len(frames)} frames that are not finite; leave out episode {episode} or record it anew"
    )
