"""Poses an object may have: by each tag alone, and the other pose that looks nearly the same from afar."""

from collections.abc import Iterator, Sequence

import numpy as np

from diffpol_ros.core.spatial import compose, inverse, matrix_from_quaternion, quaternion_from_matrix, rotation_between
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.fusion.projection import TagView, View, narrow_sides
from diffpol_ros.estimation.fusion.tag_pose import poses_of_tags


def candidates(views: Sequence[View]) -> list[list[Pose]]:
    """Return, for each tag, the poses of the object in the base frame that it allows, the better one first."""
    return [poses for view in views if view.tags for poses in _of_view(view)]


def mirrored(views: Sequence[View], pose: Pose) -> Iterator[Pose]:
    """Yield, for each camera, the pose that looks nearly the same to it where its largest tag is far away.

    A flat thing seen from afar looks the same when it is mirrored along the line of sight.
    """
    for view in views:
        if view.tags:
            sides = narrow_sides(np.array([seen.corners for seen in view.tags]))
            yield _mirrored(view, view.tags[int(np.argmax(sides))], pose)


def average(poses: Sequence[Pose]) -> Pose:
    """Return the mean of positions and rotations: the way of the DPPO and FurnitureBench robots."""
    outer = sum(np.outer(pose.quaternion, pose.quaternion) for pose in poses)
    _, vectors = np.linalg.eigh(outer)
    return Pose(np.mean([pose.position for pose in poses], axis=0), vectors[:, -1])


def difference(start: Pose, end: Pose) -> Array:
    """Return the shift [m] and the turn [rad] (6,) that take `start` to `end`, along the axes of their parent."""
    return np.concatenate([end.position - start.position, rotation_between(start.quaternion, end.quaternion)])


def angle_between(one: Pose, other: Pose) -> float:
    """Return by how much two poses are turned against each other [rad]."""
    return float(np.linalg.norm(rotation_between(one.quaternion, other.quaternion)))


def _of_view(view: View) -> list[list[Pose]]:
    corners = np.array([seen.corners for seen in view.tags])
    found = poses_of_tags(view.camera, corners, [seen.tag.size for seen in view.tags])
    return [
        [compose(compose(view.camera.pose.pose, solution.pose), inverse(seen.tag.pose)) for solution in solutions]
        for seen, solutions in zip(view.tags, found, strict=True)
    ]


def _mirrored(view: View, seen: TagView, pose: Pose) -> Pose:
    tag = compose(pose, seen.tag.pose)
    sight = tag.position - view.camera.pose.pose.position
    reflection = np.eye(3) - 2.0 * np.outer(sight, sight) / float(sight @ sight)
    # What is mirrored is left-handed; turning the normal of a flat tag round changes nothing that is seen.
    turned = reflection @ matrix_from_quaternion(tag.quaternion) @ np.diag([1.0, 1.0, -1.0])
    return compose(Pose(tag.position, quaternion_from_matrix(turned)), inverse(seen.tag.pose))
