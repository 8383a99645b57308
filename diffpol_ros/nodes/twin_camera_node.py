"""The twin's cameras: draws what the twin says was there at an exposure, with the flaws of real cameras."""

import contextlib
import os
from collections import deque
from dataclasses import dataclass

import numpy as np
from rclpy.publisher import Publisher
from sensor_msgs.msg import CameraInfo, Image, JointState

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.estimation.calibration import CameraCalibration, load_camera
from diffpol_ros.nodes.camera_calibration import info_of, view_of
from diffpol_ros.nodes.diagnostics import Report
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.messages import from_stamp, to_image_message
from diffpol_ros.nodes.quality import IMAGES, STATES
from diffpol_ros.twin.camera import CameraRenderer, Imperfection
from diffpol_ros.twin.scene import build_scene, qpos_names
from diffpol_ros.twin.settings import CameraSettings, SimulationSettings
from diffpol_ros.twin.shutter import Shutter

FLUSH_PERIOD = 0.002


@dataclass(frozen=True, eq=False)
class _Camera:
    calibration: CameraCalibration
    renderer: CameraRenderer
    shutter: Shutter
    images: Publisher
    infos: Publisher
    info: CameraInfo


class TwinCameraNode(StageNode[CameraSettings]):
    """Renders in the callback of the scene topic, which keeps only the newest scene."""

    parameters_kind = CameraSettings

    def __init__(self) -> None:
        """Create the node; calibrations are read when it is configured."""
        super().__init__("twin_camera")
        self._cameras: list[_Camera] = []
        self._waiting: deque[tuple[int, _Camera, Image]] = deque()
        self._active = False
        self._published = self._dropped = 0
        self._taken = contextlib.ExitStack()

    def configure(self) -> None:
        """Read the calibrations, open the graphics and subscribe to the scene."""
        # One thread draws a frame in a few ms; more threads only take the cores from the other nodes.
        os.environ.setdefault("LP_NUM_THREADS", "1")
        parameters = self.parameters
        calibrations = [load_camera(name) for name in parameters.cameras]
        scene = build_scene(
            load_robot_description(parameters.robot), SimulationSettings(robot=parameters.robot, arm=parameters.arm)
        )
        self._names = qpos_names(scene.model)
        self._random = np.random.default_rng(parameters.seed)
        rates = parameters.rates * len(calibrations) if len(parameters.rates) == 1 else parameters.rates
        for index, (calibration, rate) in enumerate(zip(calibrations, rates, strict=True)):
            flaws = Imperfection(parameters.blur, parameters.noise)
            renderer = CameraRenderer(scene.model, view_of(calibration), flaws, seed=parameters.seed + index)
            self._taken.callback(renderer.close)
            # One after the other: drawn together, the second picture would wait for the first.
            shutter = Shutter(rate, index / len(calibrations))
            self._cameras.append(self._offer(calibration, renderer, shutter))
        subscription = self.create_subscription(JointState, "twin/scene", self._on_scene, STATES)
        self._taken.callback(self.destroy_subscription, subscription)
        if parameters.latency > 0.0:
            flush = self.create_timer(FLUSH_PERIOD, self._publish_due)
            self._taken.callback(self.destroy_timer, flush)

    def activate(self) -> None:
        """Begin to publish."""
        self._active = True

    def deactivate(self) -> None:
        """Stop publishing."""
        self._active = False

    def cleanup(self) -> None:
        """Close the graphics and unsubscribe."""
        self._taken.close()
        self._cameras.clear()
        self._waiting.clear()

    def report(self) -> Report:
        """Say what was published and how long a picture takes."""
        values = {"published": self._published, "dropped": self._dropped}
        for camera in self._cameras:
            values[f"{camera.calibration.name}.missed"] = camera.shutter.missed
        return Report.ok("rendering", values)

    def _offer(self, calibration: CameraCalibration, renderer: CameraRenderer, shutter: Shutter) -> _Camera:
        topic = f"camera/{calibration.name}"
        images = self.create_publisher(Image, f"{topic}/image_raw", IMAGES)
        infos = self.create_publisher(CameraInfo, f"{topic}/camera_info", IMAGES)
        for publisher in (images, infos):
            self._taken.callback(self.destroy_publisher, publisher)
        return _Camera(calibration, renderer, shutter, images, infos, info_of(calibration))

    def _on_scene(self, message: JointState) -> None:
        if not self._active or list(message.name) != self._names:
            return
        stamp_ns, qpos = from_stamp(message.header.stamp), np.array(message.position)
        for camera in self._cameras:
            if camera.shutter.opens(stamp_ns):
                self._take_picture(camera, stamp_ns, qpos)
        self._publish_due()

    def _take_picture(self, camera: _Camera, stamp_ns: int, qpos: np.ndarray) -> None:
        if self._random.random() < self.parameters.dropped:
            self._dropped += 1
            return
        image = to_image_message(camera.renderer.render(qpos), stamp_ns, camera.calibration.frame)
        self._waiting.append((stamp_ns + to_ns(self.parameters.latency), camera, image))

    def _publish_due(self) -> None:
        now_ns = self.get_clock().now().nanoseconds
        while self._waiting and (self.parameters.latency == 0.0 or self._waiting[0][0] <= now_ns):
            _, camera, image = self._waiting.popleft()
            camera.info.header = image.header
            camera.infos.publish(camera.info)
            camera.images.publish(image)
            self._published += 1


def main() -> None:
    """Run the node."""
    run_node(TwinCameraNode)


if __name__ == "__main__":
    main()
