"""Folders of LeRobot that are read: v2.1 is written here as its documentation lays it out."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sim.data.dataset import Dataset
from sim.data.lerobot.reader import LerobotImport
from sim.data.lerobot.writer import LerobotWriter
from sim.errors import DatasetError
from tests.sim.data.examples import dataset

pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")

LENGTHS = (3, 4)
VIDEO = {"dtype": "video", "shape": [4, 4, 3], "names": ["height", "width", "channel"]}


def picture(episode: int, frame: int) -> np.ndarray:
    return np.random.default_rng([episode, frame]).integers(0, 256, (4, 6, 3), dtype=np.uint8)


def png(image: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def feature(dtype: str, *shape: int, names: object = None) -> dict:
    return {"dtype": dtype, "shape": list(shape), "names": names}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """v2.1: a table an episode, lines of JSON; the state is float64 in lists of any length."""
    folder = tmp_path / "old"
    (folder / "meta").mkdir(parents=True)
    first = 0
    for episode, length in enumerate(LENGTHS):
        index = np.arange(first, first + length)
        table = pa.table(
            {
                "observation.state": (index[:, None] + [0.25, 0.5]).tolist(),
                "observation.environment_state": [[[float(number), 1.0], [2.0, 3.0]] for number in index],
                "action": (index / 8.0).tolist(),
                "observation.image": [{"bytes": png(picture(episode, frame)), "path": None} for frame in range(length)],
                "next.done": [frame == length - 1 for frame in range(length)],
                "timestamp": np.arange(length) / 10.0,
                "frame_index": np.arange(length),
                "episode_index": np.full(length, episode),
                "index": index,
                "task_index": np.zeros(length, np.int64),
            }
        )
        path = folder / f"data/chunk-000/episode_{episode:06d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
        first += length
    (folder / "meta/tasks.jsonl").write_text('{"task_index": 0, "task": "Push the T."}\n')
    change(
        folder,
        codebase_version="v2.1",
        fps=10,
        total_episodes=2,
        total_frames=7,
        chunks_size=1000,
        data_path="data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet",
        features={
            "observation.state": feature("float32", 2, names={"motors": ["x", "y"]}),
            "observation.environment_state": feature("float32", 2, 2),
            "action": feature("float32", 1),
            "observation.image": feature("image", 4, 6, 3),
            "observation.images.top": VIDEO,
            "next.done": feature("bool", 1),
        },
    )
    return folder


def change(folder: Path, **values: object) -> None:
    """Change meta/info.json."""
    path = folder / "meta/info.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**before, **values}))


def read(folder: Path, *cameras: str, **choice: object) -> Dataset:
    return LerobotImport(folder, folder, camera_keys=cameras, **choice).read()


def test_version_2_1_is_read(old: Path):
    data = read(old, "observation.image")
    data.check("here")
    assert data.ends.tolist() == [3, 7] and data.terminals.tolist() == [True, True]
    np.testing.assert_array_equal(data.states[0], np.float32(np.arange(7)[:, None] + [0.25, 0.5]))
    np.testing.assert_array_equal(data.actions, np.float32(np.arange(7)[:, None] / 8.0))
    assert (data.about.task, data.about.state_names, data.about.action_names) == (
        "Push the T.",
        ("x", "y"),
        ("action.0",),
    )
    pictures = [picture(episode, frame) for episode, length in enumerate(LENGTHS) for frame in range(length)]
    np.testing.assert_array_equal(data.images["image"][:], np.stack(pictures))
    np.testing.assert_array_equal(data.images["image"][np.array([6, 0])], np.stack([pictures[6], pictures[0]]))


def test_columns_are_chosen_and_matrices_laid_out_flat(old: Path):
    data = read(old, state_keys=("observation.environment_state", "observation.state"), believe_dones=False)
    assert data.states[0, 5].tolist() == [5.0, 1.0, 2.0, 3.0, 5.25, 5.5] and not data.terminals.any()
    assert data.about.state_names[3:5] == ("observation.environment_state.3", "x")


def test_pictures_beside_the_tables_are_read(old: Path):
    path = old / "data/chunk-000/episode_000000.parquet"
    table = pq.read_table(path)
    (old / "images").mkdir()
    (old / "images/first.png").write_bytes(png(picture(9, 9)))
    cells = [{"bytes": None, "path": "images/first.png"}, *table.column("observation.image").to_pylist()[1:]]
    pq.write_table(table.set_column(3, "observation.image", [cells]), path)
    np.testing.assert_array_equal(read(old, "observation.image").images["image"][:1][0], picture(9, 9))


def test_a_column_that_is_absent_is_named_with_those_that_are_there(old: Path):
    with pytest.raises(DatasetError, match=r"has no column state; there are observation\.state, observation\.env"):
        read(old, state_keys=("state",))
    with pytest.raises(DatasetError, match=r"next\.done is bool, expected pictures"):
        read(old, "next.done")


def test_a_folder_that_was_copied_in_part_is_refused(old: Path, tmp_path: Path):
    (old / "data/chunk-000/episode_000001.parquet").unlink()
    with pytest.raises(DatasetError, match=r"episode_000001\.parquet: is absent"):
        read(old)
    LerobotWriter(dataset(4, 3, size=8), "lift", shard_bytes=100).write(tmp_path / "new")
    (tmp_path / "new/data/chunk-000/file-001.parquet").unlink()
    with pytest.raises(DatasetError, match=r"4 frames, meta/info\.json tells 7"):
        read(tmp_path / "new")
    shutil.rmtree(tmp_path / "new/data")
    with pytest.raises(DatasetError, match="data: is absent"):
        read(tmp_path / "new")


def test_damaged_tables_and_lists_of_several_lengths_are_refused(old: Path):
    path = old / "data/chunk-000/episode_000000.parquet"
    table = pq.read_table(path)
    ragged = [[1.0, 2.0], [1.0], [1.0, 2.0, 3.0]]
    pq.write_table(table.set_column(0, "observation.state", [ragged]), path)
    with pytest.raises(DatasetError, match=r"observation\.state: not every frame has as many numbers"):
        read(old)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DatasetError, match="expected a data set of LeRobot"):
        read(old)


def test_tasks_are_read_whatever_pandas_called_their_column(tmp_path: Path):
    LerobotWriter(dataset(4), "lift").write(tmp_path / "new")
    pq.write_table(pa.table({"task_index": [0], "__index_level_0__": ["put"]}), tmp_path / "new/meta/tasks.parquet")
    assert read(tmp_path / "new").about.task == "put"


def test_other_folders_and_versions_are_refused(old: Path, tmp_path: Path):
    with pytest.raises(DatasetError, match=r"has no meta/info\.json"):
        read(tmp_path)
    change(old, codebase_version="v4.0")
    with pytest.raises(DatasetError, match=r"version v4\.0, this program reads v2\.0, v2\.1, v3\.0"):
        read(old)
    (old / "meta/info.json").write_text("{")
    with pytest.raises(DatasetError, match="cannot be read"):
        read(old)
