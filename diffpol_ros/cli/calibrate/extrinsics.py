"""`diffpol calibrate extrinsics`: where a fixed camera is, from tags at known places."""

from dataclasses import dataclass

from diffpol_ros.cli.calibrate.place_options import PlaceOptions


@dataclass(frozen=True)
class Extrinsics(PlaceOptions):
    """Place a fixed camera by tags that never move, such as the base tag; what cannot be told is refused."""

    landmarks: tuple[str, ...] = ("base",)
    """Objects with a fixed_pose: names in calibration/objects, or files."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.calibrate.extrinsics import solve_extrinsics
        from diffpol_ros.calibrate.opening import TargetSettings, open_target
        from diffpol_ros.calibrate.place_picture import draw_residuals
        from diffpol_ros.calibrate.solving import views_in
        from diffpol_ros.calibrate.writer import placed_at
        from diffpol_ros.cli.calibrate.placing import Placing, told, told_refused

        placing = Placing(self, "extrinsics")
        with open_target(TargetSettings(landmarks=self.landmarks), "extrinsics") as target:
            views = views_in(placing.camera, placing.captures, target, needs_hand=False)
        found = solve_extrinsics(placing.camera, views)
        print(told(found.camera, found.covariance, "the robot base"))
        print(f"residual {found.residual_px:.3f} px over {len(found.views)} images{told_refused(found.refused)}")
        title = f"{placing.camera.name}: placed by {', '.join(self.landmarks)}, {placing.date}"
        draw_residuals(placing.picture, placing.camera, found.views, found.residuals, found.of_view, title)
        camera = placed_at(placing.camera, found.camera, "base")
        placing.write(placing.dated(camera, len(found.views), found.residual_px))
        return 0
