from pathlib import Path

import pytest

from diffpol_ros.core import resources
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.resources import FOLDERS, find_resource, resource_root


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own, and a current folder that is somewhere else."""
    share = tmp_path / "share" / "diffpol_ros"
    for folder in FOLDERS:
        (share / folder).mkdir(parents=True)
    cameras = share / "calibration" / "cameras"
    cameras.mkdir()
    (cameras / "front.yaml").touch()
    (share / "models" / "block_lift").mkdir()
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "lib" / "python3" / "site-packages" / "diffpol_ros")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return share


def test_checkout_is_found(repository: Path) -> None:
    assert resource_root() == repository


def test_installation_is_found_from_the_package(root: Path) -> None:
    assert resource_root() == root


def test_missing_resources_say_where_they_were_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "diffpol_ros")
    monkeypatch.setattr(resources.sys, "prefix", str(tmp_path))
    with pytest.raises(ResourceError, match=r"no folder with models, calibration, launch beside .*: reinstall"):
        resource_root()


@pytest.mark.parametrize("name", ["front", "front.yaml"])
def test_name_is_found_with_and_without_its_suffix(root: Path, name: str) -> None:
    assert find_resource("calibration/cameras", name) == root / "calibration" / "cameras" / "front.yaml"


def test_folder_is_found_by_name(root: Path) -> None:
    assert find_resource("models", "block_lift") == root / "models" / "block_lift"


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("given", ["./mine.yaml", "{}/mine.yaml"])
def test_own_file_is_taken_as_it_stands(given: str) -> None:
    own = Path("mine.yaml")
    own.touch()
    assert find_resource("calibration/cameras", given.format(Path.cwd())) == own.resolve()


def test_bare_name_means_the_resource_even_beside_a_folder_of_that_name(root: Path) -> None:
    Path("block_lift").mkdir()
    assert find_resource("models", "block_lift") == root / "models" / "block_lift"


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("calibration/cameras", "frnt", "no calibration/cameras/frnt in {}; did you mean 'front'?"),
        ("models", "zzz", "no models/zzz in {}; known: block_lift"),
        ("models", "", "no models/ in {}; known: block_lift"),
        ("calibration/objects", "block", "no calibration/objects/block in {}; known: nothing"),
    ],
)
def test_unknown_name_is_answered_with_what_exists(root: Path, kind: str, name: str, expected: str) -> None:
    with pytest.raises(ResourceError) as caught:
        find_resource(kind, name)
    assert str(caught.value) == expected.format(root)


@pytest.mark.usefixtures("root")
def test_absolute_path_that_is_not_there_is_named() -> None:
    with pytest.raises(ResourceError, match=r"/gone\.yaml: does not exist"):
        find_resource("calibration/cameras", "/gone.yaml")
