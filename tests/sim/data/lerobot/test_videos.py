"""Videos of LeRobot, encoded here: v2.1 has one an episode, v3.0 one for several."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.data.dataset import Dataset
from sim.data.lerobot.reader import LerobotImport
from sim.data.lerobot.writer import LerobotWriter
from sim.errors import DatasetError
from tests.sim.data.examples import dataset

ffmpeg = pytest.importorskip("imageio_ffmpeg")
pq = pytest.importorskip("pyarrow.parquet")

KEY = "observation.images.top"
CODING_ERROR = 6
"""Greatest difference that a lossy video of even images may make."""


def shade(frame: int) -> np.ndarray:
    return np.full((32, 48, 3), 20 + 30 * frame, np.uint8)


def encode(path: Path, frames: range) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = ffmpeg.write_frames(str(path), (48, 32), fps=10, quality=9)
    writer.send(None)
    for frame in frames:
        writer.send(shade(frame).tobytes())
    writer.close()


def describe(folder: Path, **values: object) -> None:
    path = folder / "meta/info.json"
    info = json.loads(path.read_text())
    info["features"][KEY] = {"dtype": "video", "shape": [32, 48, 3], "names": ["height", "width", "channels"]}
    path.write_text(json.dumps({**info, **values}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Episodes of 4 and 3 frames in one video, which begins with 0.1 s of something else."""
    folder = tmp_path / "new"
    LerobotWriter(dataset(4, 3), "lift").write(folder)
    path = folder / "meta/episodes/chunk-000/file-000.parquet"
    table = pq.read_table(path)
    for name, values in (("chunk_index", [0, 0]), ("file_index", [0, 0]), ("from_timestamp", [0.1, 0.5])):
        table = table.append_column(f"videos/{KEY}/{name}", [values])
    pq.write_table(table, path)
    describe(folder, video_path="videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4")
    encode(folder / f"videos/{KEY}/chunk-000/file-000.mp4", range(8))
    return folder


def read(folder: Path) -> Dataset:
    return LerobotImport(folder, folder, camera_keys=(KEY,)).read()


def assert_shades(images: np.ndarray, frames: list[int]) -> None:
    expected = np.stack([shade(frame) for frame in frames]).astype(int)
    assert images.shape == expected.shape and np.abs(images.astype(int) - expected).max() <= CODING_ERROR


def test_episodes_of_one_video_are_found_by_their_time(folder: Path):
    images = read(folder).images["top"]
    assert_shades(images[:], [1, 2, 3, 4, 5, 6, 7])
    assert_shades(images[np.array([5, 1])], [6, 2])


def test_one_video_an_episode_is_read(tmp_path: Path):
    folder = tmp_path / "old"
    LerobotWriter(dataset(4, 3), "lift").write(folder)
    table = pq.read_table(folder / "data/chunk-000/file-000.parquet")
    for episode, (first, length) in enumerate(((0, 4), (4, 3))):
        pq.write_table(table.slice(first, length), folder / f"data/episode_{episode}.parquet")
        encode(folder / f"videos/chunk-000/{KEY}/episode_00000{episode}.mp4", range(episode, episode + 5))
    (folder / "meta/tasks.jsonl").write_text('{"task_index": 0, "task": "lift"}')
    paths = {
        "data_path": "data/episode_{episode_index}.parquet",
        "video_path": "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4",
    }
    describe(folder, codebase_version="v2.1", **paths)
    assert_shades(read(folder).images["top"][:], [0, 1, 2, 3, 1, 2, 3])


def test_a_video_that_is_short_or_absent_is_named(folder: Path):
    path = folder / f"videos/{KEY}/chunk-000/file-000.mp4"
    encode(path, range(6))
    with pytest.raises(DatasetError, match=r"file-000\.mp4 ends before image 6"):
        read(folder).images["top"][:]
    path.unlink()
    with pytest.raises(DatasetError, match=r"file-000\.mp4 is absent"):
        read(folder)


def test_without_a_decoder_the_message_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(DatasetError, match=r"a video, needs the package imageio_ffmpeg .*pip install imageio_ffmpeg"):
        read(folder)
