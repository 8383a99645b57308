"""`diffpol calibrate hand-eye`: where a camera is on the end effector, or in the base, from hand poses."""

from dataclasses import dataclass
from typing import Literal

from diffpol_ros.cli.calibrate.place_options import PlaceOptions, TargetOptions


@dataclass(frozen=True)
class HandEye(TargetOptions, PlaceOptions):
    """Place a camera on the hand over a fixed board, or a fixed camera before a board in the hand."""

    mount: Literal["", "base", "end_effector"] = ""
    """What the camera is fixed to; default: as its calibration says."""

    def run(self) -> int:
        """Run it; return the exit code."""
        import numpy as np

        from diffpol_ros.calibrate.hand_eye import solve_hand_eye
        from diffpol_ros.calibrate.opening import TargetSettings, open_target
        from diffpol_ros.calibrate.place_picture import draw_residuals
        from diffpol_ros.calibrate.solving import views_in
        from diffpol_ros.calibrate.writer import placed_at
        from diffpol_ros.cli.calibrate.placing import Placing, told, told_refused

        placing = Placing(self, "hand-eye")
        mount = self.mount or placing.camera.mount
        with open_target(TargetSettings(board=self.board, tagged=self.tagged), "hand_eye") as target:
            views = views_in(placing.camera, placing.captures, target, needs_hand=True)
        found = solve_hand_eye(placing.camera, views, mount)
        print(told(found.camera, found.covariance, "the end effector" if mount == "end_effector" else "the robot base"))
        print(f"residual {found.residual_px:.3f} px over {len(found.views)} images{told_refused(found.refused)}")
        scatter = found.scatter
        apart = f"{1e3 * scatter.position:.2f} mm and {np.degrees(scatter.rotation):.3f} degrees an axis"
        print(f"the robot's word on its hand scatters by {apart}, the corners by {scatter.corner_px:.3f} px")
        title = f"{placing.camera.name}: hand-eye, mounted on {mount}, {placing.date}"
        draw_residuals(placing.picture, placing.camera, found.views, found.residuals, found.of_view, title)
        camera = placed_at(placing.camera, found.camera, mount)
        placing.write(placing.dated(camera, len(found.views), found.residual_px))
        return 0
