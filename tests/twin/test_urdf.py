import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.twin.inertia import ARM
from diffpol_ros.twin.urdf import urdf_of

mujoco = pytest.importorskip("mujoco")
PANDA = load_robot_description("panda")


def test_the_chain_ends_where_the_description_says():
    positions = np.array(PANDA.home)
    urdf = ET.fromstring(urdf_of(PANDA))
    frame = np.eye(4)
    for index, joint in enumerate(urdf.findall("joint")):
        origin = joint.find("origin")
        assert origin is not None
        step = np.eye(4)
        step[:3, 3] = [float(value) for value in origin.attrib["xyz"].split()]
        step[:3, :3] = Rotation.from_euler("xyz", [float(value) for value in origin.attrib["rpy"].split()]).as_matrix()
        turn = np.eye(4)
        turn[:3, :3] = Rotation.from_euler("z", positions[index] if index < 7 else 0.0).as_matrix()
        frame = frame @ step @ turn
    # The hand is 0.1034 m below panda_link8 at home, where the tool centre point is at (0.45, 0, 0.35).
    np.testing.assert_allclose(frame[:3, 3], [0.45, 0.0, 0.35 + PANDA.tool.position[2]], atol=1e-6)
    assert math.isclose(frame[2, 2], -1.0, abs_tol=1e-6)


def test_it_is_a_urdf_that_others_read():
    model = mujoco.MjModel.from_xml_string(urdf_of(PANDA))
    assert model.njnt == 7
    np.testing.assert_allclose(model.jnt_range[:, 0], PANDA.limits.lower)


def test_it_weighs_what_the_twin_weighs():
    urdf = ET.fromstring(urdf_of(PANDA))
    masses = [float(mass.attrib["value"]) for mass in urdf.iter("mass")]
    assert masses == [inertia.mass for inertia in ARM]
