"""The object is found in one image of a camera, and a camera that is silent is named."""

import numpy as np
import pytest

from diffpol_ros.cli import trial_eye
from diffpol_ros.cli.trial_eye import CameraEye, Locator
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.types import CameraImage, Pose
from diffpol_ros.replay.bag_reader import Record
from diffpol_ros.trials.place import offset
from tests.estimation.scenes import BLOCK, FRONT, draw


class Silence:
    def discover(self) -> None:
        pass

    def take(self) -> list[Record]:
        return []


@pytest.mark.parametrize("angle", [0.2, 0.9])
def test_the_block_is_where_it_was_drawn_also_after_it_was_moved(angle: float) -> None:
    locator = Locator(FRONT, BLOCK)
    for x in (0.45, 0.55):
        pose = Pose(np.array([x, 0.05, 0.03]), np.array([0.0, 0.0, np.sin(angle), np.cos(angle)]))
        grey = draw(FRONT, [(BLOCK, pose)])
        found = locator.locate(CameraImage(int(1e9 * x), np.repeat(grey[:, :, None], 3, axis=2)))
        assert found is not None
        assert offset(pose, found).millimetres < 1.5 and offset(pose, found).degrees < 1.5
    locator.close()


def test_a_camera_that_is_silent_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_eye, "PATIENCE_S", 0.1)
    locator = Locator(FRONT, BLOCK)
    with pytest.raises(ResourceError, match="no image of camera front within 0 s: does its driver publish"):
        CameraEye(Silence(), "front", locator).look()
    locator.close()
