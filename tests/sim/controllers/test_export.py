import io
import zipfile

import pytest

from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.robots.polymetis.stored_controllers import HYBRID_LAW, JOINT_LAW, UPDATE_LAW, stored_file

pytest.importorskip("torch")
pytest.importorskip("tyro")
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
FILES = [JOINT_LAW, HYBRID_LAW, UPDATE_LAW]


@pytest.mark.parametrize("law", FILES)
def test_the_stored_files_are_what_the_exporter_writes(law: str):
    from sim.controllers.export import stored_archive

    fresh = stored_archive(law, load_robot_description("panda"))
    with zipfile.ZipFile(io.BytesIO(fresh)) as new, zipfile.ZipFile(stored_file(law)) as stored:
        # torch's own serial number differs from version to version.
        names = [name for name in new.namelist() if "serialization_id" not in name]
        for name in names:
            assert stored.read(name) == new.read(name), f"{law}: {name}: python -m sim.controllers.export"


@pytest.mark.parametrize("law", FILES)
def test_the_stored_files_name_no_path_of_the_machine_that_wrote_them(law: str):
    with zipfile.ZipFile(stored_file(law)) as archive:
        contents = b"".join(archive.read(name) for name in archive.namelist())
    assert b".py\x94" not in contents
    assert b"/sim/" not in contents
