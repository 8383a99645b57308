import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.robots.polymetis.stored_controllers import HYBRID_LAW, JOINT_LAW, UPDATE_LAW, stored_file
from diffpol_ros.robots.polymetis.torchscript_archive import JOINT_TARGET, ArchiveError, TorchScriptArchive

# TorchScript is what Polymetis's servers load, whatever torch now thinks of it.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")

UPDATE = TorchScriptArchive.load(stored_file(UPDATE_LAW))
CONTROLLER = TorchScriptArchive.load(stored_file(HYBRID_LAW))
seven_floats = st.lists(st.floats(-1e6, 1e6, width=32), min_size=7, max_size=7)


@given(seven_floats)
def test_a_patched_file_is_a_sound_zip_with_the_new_numbers(target: list[float]):
    content = UPDATE.patched({JOINT_TARGET: target})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
    assert len(content) == len(UPDATE.content)
    assert TorchScriptArchive(content, "patched").read(JOINT_TARGET).tolist() == target


@settings(deadline=None)
@given(seven_floats)
def test_torch_reads_the_numbers_that_were_patched_in(target: list[float]):
    torch = pytest.importorskip("torch")
    update = torch.jit.load(io.BytesIO(UPDATE.patched({JOINT_TARGET: target})))
    assert update()[JOINT_TARGET].tolist() == target
    controller = torch.jit.load(io.BytesIO(CONTROLLER.patched({JOINT_TARGET: target})))
    assert controller.joint_pos_desired.tolist() == target


@given(st.integers(0, len(UPDATE.content) - 1))
def test_a_truncated_file_is_refused(length: int):
    with pytest.raises(ArchiveError, match="half"):
        TorchScriptArchive(UPDATE.content[:length], "half")


@given(st.integers(0, len(UPDATE.content) - 1), st.integers(1, 255))
def test_a_flipped_byte_never_raises_anything_but_an_archive_error(position: int, flip: int):
    content = bytearray(UPDATE.content)
    content[position] ^= flip
    try:
        TorchScriptArchive(bytes(content), "flipped").patched({JOINT_TARGET: np.zeros(7)})
    except ArchiveError:
        return


@pytest.mark.parametrize("target", [[0.0] * 6, [0.0] * 8, [float("nan")] * 7, [0.0] * 6 + [float("inf")], [[0.0] * 7]])
def test_a_target_that_does_not_fit_is_refused(target: list[float]):
    with pytest.raises(ArchiveError, match="7 finite numbers"):
        UPDATE.patched({JOINT_TARGET: target})


def test_an_unknown_tensor_is_refused_with_the_known_ones():
    with pytest.raises(ArchiveError, match=JOINT_TARGET):
        UPDATE.patched({"ee_pos_desired": np.zeros(3)})


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ArchiveError, match=r"absent\.torchscript"):
        TorchScriptArchive.load(tmp_path / "absent.torchscript")


def test_the_stored_files_name_their_law_and_fit_the_wire():
    assert UPDATE.tensors == (JOINT_TARGET, "decided_at", "stiffness_scale")
    assert len(UPDATE.content) < 3_000
    for law in (JOINT_LAW, HYBRID_LAW):
        stored = TorchScriptArchive.load(stored_file(law))
        assert stored.law == law
        assert len(stored.content) < 20_000


def test_a_file_as_torch_writes_it_is_patched_too():
    # torch puts the checksum behind the data where zipfile puts it before.
    torch = pytest.importorskip("torch")
    pytest.importorskip("tyro")
    from sim.controllers.export import _saved
    from sim.controllers.update import JointTargetUpdate

    description = b'{"law": "joint_impedance", "tensors": {"joint_pos_desired": "data/0"}}'
    content = _saved(torch.jit.script(JointTargetUpdate(torch.zeros(7))), description)
    patched = TorchScriptArchive(content, "torch").patched({JOINT_TARGET: np.arange(7.0)})
    assert torch.jit.load(io.BytesIO(patched))()[JOINT_TARGET].tolist() == list(range(7))
