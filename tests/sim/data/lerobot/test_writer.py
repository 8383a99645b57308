"""Folders of LeRobot v3.0 that are written."""

import errno
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from sim.data.dataset import Dataset
from sim.data.lerobot.reader import LerobotImport
from sim.data.lerobot.writer import LerobotWriter
from sim.errors import DatasetError
from tests.sim.data.examples import assert_same, dataset, datasets

pq = pytest.importorskip("pyarrow.parquet")


def read(folder: Path, *cameras: str) -> Dataset:
    keys = tuple(f"observation.images.{camera}" for camera in cameras)
    return LerobotImport(folder, folder, camera_keys=keys).read()


@settings(max_examples=10, deadline=None)
@given(datasets(cameras=2))
def test_what_is_exported_comes_back_to_the_bit(data: Dataset):
    data = replace(data, states=data.states[:1])
    with tempfile.TemporaryDirectory() as folder:
        LerobotWriter(data, "lift the block").write(Path(folder) / "out")
        back = read(Path(folder) / "out", *data.images)
        words = replace(back.about, task=data.about.task, made_by="", state_names=data.about.state_names)
        words = replace(words, action_names=data.about.action_names)
        assert back.about.task == "lift the block"
        assert_same(data, replace(back, about=words))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two episodes with pictures, the second of them terminal."""
    LerobotWriter(dataset(4, 3, size=5), "lift").write(tmp_path / "out")
    return tmp_path / "out"


def test_info_describes_every_column_of_the_tables(folder: Path):
    info = json.loads((folder / "meta/info.json").read_text())
    table = pq.read_table(folder / info["data_path"].format(chunk_index=0, file_index=0))
    assert list(info["features"]) == table.column_names
    assert (info["codebase_version"], info["fps"], info["total_frames"], info["total_episodes"]) == ("v3.0", 10, 7, 2)
    assert info["features"]["observation.state"] == {"dtype": "float32", "shape": [3], "names": ["x", "y", "z"]}
    assert info["features"]["observation.images.front"]["shape"] == [5, 5, 3]
    assert str(table.schema.field("observation.state").type) == "fixed_size_list<element: float>[3]"
    assert table.column("frame_index").to_pylist() == [0, 1, 2, 3, 0, 1, 2]
    np.testing.assert_allclose(table.column("timestamp").to_pylist(), [0.0, 0.1, 0.2, 0.3, 0.0, 0.1, 0.2], atol=1e-6)
    assert table.column("next.done").to_pylist() == [False, False, False, True, False, False, True]
    assert table.column("next.truncated").to_pylist() == [False, False, False, True, False, False, False]
    assert pq.read_metadata(folder / "data/chunk-000/file-000.parquet").num_row_groups == 2


def test_episodes_say_where_their_frames_are(folder: Path):
    rows = pq.read_table(folder / "meta/episodes/chunk-000/file-000.parquet").to_pylist()
    assert [(row["dataset_from_index"], row["dataset_to_index"], row["length"]) for row in rows] == [
        (0, 4, 4),
        (4, 7, 3),
    ]
    assert rows[0]["tasks"] == ["lift"] and rows[1]["data/file_index"] == 0
    data = dataset(4, 3, size=5)
    np.testing.assert_allclose(rows[1]["stats/action/max"], data.actions[4:].max(axis=0))
    front = data.images["front"][4:7] / 255.0
    np.testing.assert_allclose(np.ravel(rows[1]["stats/observation.images.front/mean"]), front.mean(axis=(0, 1, 2)))


def test_statistics_of_all_frames_are_those_of_numpy(folder: Path):
    statistics, data = json.loads((folder / "meta/stats.json").read_text()), dataset(4, 3, size=5)
    state = statistics["observation.state"]
    np.testing.assert_allclose(state["std"], data.states[0].astype(np.float64).std(axis=0))
    np.testing.assert_allclose(state["q90"], np.quantile(data.states[0].astype(np.float64), 0.9, axis=0))
    assert state["count"] == [7] and np.shape(statistics["observation.images.front"]["min"]) == (3, 1, 1)


def test_tasks_are_a_table_whose_index_is_the_text(folder: Path):
    schema = pq.read_schema(folder / "meta/tasks.parquet")
    assert schema.names == ["task_index", "task"]
    assert json.loads(schema.metadata[b"pandas"])["index_columns"] == ["task"]


def test_large_data_are_divided_between_episodes(tmp_path: Path):
    data = dataset(4, 3, 5, size=8)
    LerobotWriter(data, "lift", shard_bytes=1000).write(tmp_path / "out")
    assert len(list((tmp_path / "out/data").glob("*/*.parquet"))) == 3
    rows = pq.read_table(tmp_path / "out/meta/episodes/chunk-000/file-000.parquet").column("data/file_index")
    assert rows.to_pylist() == [0, 1, 2]
    np.testing.assert_array_equal(read(tmp_path / "out", "front").images["front"][:], data.images["front"][:])


def test_another_view_may_be_chosen(tmp_path: Path):
    data = dataset(4, 3, views=3)
    LerobotWriter(data, "lift", view=2).write(tmp_path / "out")
    np.testing.assert_array_equal(read(tmp_path / "out").states[0], data.states[2])
    with pytest.raises(DatasetError, match="view 3 of 3: expected 0 to 2"):
        LerobotWriter(data, "lift", view=3)


def test_a_folder_that_exists_is_left_alone(folder: Path):
    with pytest.raises(DatasetError, match="exists; name another"):
        LerobotWriter(dataset(2), "lift").write(folder)


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(DatasetError, match=r"No space left on device.*nothing was left"):
        LerobotWriter(dataset(4), "lift").write(tmp_path / "out")
    assert not list(tmp_path.iterdir())
