"""The arm that is drawn is the arm that is described."""

import numpy as np

from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.view.shape import LINKS, fits, mesh_of, spheres_of


def test_every_link_has_a_shell_whose_normals_point_outwards() -> None:
    for link in LINKS:
        mesh = mesh_of(link)
        assert len(mesh.vertices) == len(mesh.normals) == len(mesh.colours) and mesh.faces.max() < len(mesh.vertices)
        lengths = np.linalg.norm(mesh.normals, axis=1)
        assert np.allclose(lengths, 1.0, atol=1e-6)


def test_the_shells_are_for_the_arms_they_fit() -> None:
    assert fits(load_robot_description("panda")) and fits(load_robot_description("fr3"))


def test_any_arm_can_be_drawn_as_what_the_gate_keeps_clear() -> None:
    found = {name: (centres, radii) for name, centres, radii in spheres_of(load_robot_description("panda"))}
    assert {"link3", "link5", "hand"} <= found.keys() <= set(LINKS)
    assert all(len(centres) == len(radii) and (radii > 0.0).all() for centres, radii in found.values())
