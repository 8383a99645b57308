"""From robomimic over our own file to LeRobot and back."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sim.data.dataset import Dataset
from sim.data.lerobot.reader import LerobotImport
from sim.data.lerobot.writer import LerobotWriter
from sim.data.robomimic import RobomimicImport
from tests.sim.data.examples import FINITE

h5py = pytest.importorskip("h5py")
pytest.importorskip("pyarrow")

DEMONSTRATIONS = st.lists(
    st.integers(1, 5).flatmap(
        lambda frames: st.tuples(
            arrays.arrays(np.float32, (frames, 3), elements=FINITE),
            arrays.arrays(np.float32, (frames, 2), elements=FINITE),
        )
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=10, deadline=None)
@given(DEMONSTRATIONS)
def test_states_and_actions_are_kept(demonstrations: list[tuple[np.ndarray, np.ndarray]]):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with h5py.File(folder / "demos.hdf5", "w") as file:
            for number, (states, actions) in enumerate(demonstrations):
                file[f"data/demo_{number}/obs/object"], file[f"data/demo_{number}/actions"] = states, actions
        imported = RobomimicImport(folder / "demos.hdf5", folder, state_keys=("object",), rate_hz=20.0).read()
        imported.save(folder / "data.zarr.zip")
        LerobotWriter(Dataset.load(folder / "data.zarr.zip"), "lift").write(folder / "lerobot")
        back = LerobotImport(folder / "lerobot", folder).read()
    np.testing.assert_array_equal(back.states[0], np.concatenate([states for states, _ in demonstrations]))
    np.testing.assert_array_equal(back.actions, np.concatenate([actions for _, actions in demonstrations]))
    np.testing.assert_array_equal(back.ends, np.cumsum([len(actions) for _, actions in demonstrations]))
