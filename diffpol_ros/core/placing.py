"""Whether an arm may be where it is."""

import numpy as np

from diffpol_ros.core.arm_body import ArmBody, Placement
from diffpol_ros.core.clearances import inside_box, outside_boxes
from diffpol_ros.core.geometry import Box
from diffpol_ros.core.safety_limits import SafetyLimits
from diffpol_ros.core.types import Array


def complaint_at(joint_positions: Array, body: ArmBody, workspace: Box, safety: SafetyLimits) -> str:
    """Return what is wrong with the arm at `joint_positions` (7,) [rad], or an empty text."""
    placement = body.at(joint_positions[None])
    if inside_box(placement.tool, np.array(workspace.lower), np.array(workspace.upper))[0] < 0.0:
        spot = ", ".join(f"{value:.3f}" for value in placement.tool[0])
        return f"the tool is at ({spot}) m, outside the workspace"
    return _in_keep_out(placement, body, safety) or _below_table(placement, body, safety)


def _in_keep_out(placement: Placement, body: ArmBody, safety: SafetyLimits) -> str:
    points, radii = placement.points[:, :, body.covering], body.radii[body.covering]
    for keep_out in safety.keep_outs:
        distances = outside_boxes(points, np.array([keep_out.lower]), np.array([keep_out.upper]))[0, 0] - radii
        nearest = int(distances.argmin())
        if distances[nearest] < 0.0:
            return f"the {body.spheres[nearest].name} is in the keep-out {keep_out.name!r}"
    return ""


def _below_table(placement: Placement, body: ArmBody, safety: SafetyLimits) -> str:
    heights = placement.points[0, 2, body.ends] - body.radii[body.ends] - safety.table_height
    lowest = int(heights.argmin())
    if heights[lowest] >= 0.0:
        return ""
    return f"the {body.spheres[body.ends][lowest].name} is {-heights[lowest]:.3f} m below the table"
