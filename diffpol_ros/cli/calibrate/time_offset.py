"""`diffpol calibrate time-offset`: by how much a camera's clock and the robot's differ, from a wiggle."""

from dataclasses import dataclass

from diffpol_ros.cli.calibrate.place_options import PlaceOptions, TargetOptions


@dataclass(frozen=True)
class TimeOffset(TargetOptions, PlaceOptions):
    """Find what to add to a camera's stamps to get the robot's time, from a recorded wiggle of the hand."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from dataclasses import replace

        from diffpol_ros.calibrate.opening import TargetSettings, open_target
        from diffpol_ros.calibrate.place_picture import draw_offset
        from diffpol_ros.calibrate.solving import wiggle_in
        from diffpol_ros.calibrate.time_offset import solve_time_offset
        from diffpol_ros.cli.calibrate.placing import Placing

        placing = Placing(self, "time-offset")
        camera = placing.camera
        with open_target(TargetSettings(board=self.board, tagged=self.tagged), "time_offset") as target:
            frames, series = wiggle_in(camera, placing.captures, target)
        known = camera.pose.pose if camera.placed else None
        found = solve_time_offset(camera, frames, series, camera.mount, known)
        offset = f"{1e3 * found.offset:.2f} ± {1e3 * found.deviation:.2f} ms"
        print(f"add {offset} to the stamps of camera {camera.name}, from {found.frames} images")
        draw_offset(placing.picture, found, f"{camera.name}: time offset, {placing.date}")
        placing.write(replace(camera, time_offset=round(found.offset, 6)))
        return 0
