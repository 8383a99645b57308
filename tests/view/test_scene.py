"""What was recorded is what is drawn: each thing at its place and time."""

import numpy as np
import pytest

from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.core.robot_description import load_robot_description
from tests.replay.synthetic import HAND, MS, OFFSET, START_NS, block_position
from tests.view.rrd import Drawn

TRANSLATION = "Transform3D:translation"


def test_everything_is_drawn(drawn: Drawn) -> None:
    expected = {
        *(f"world/{root}/link{index}" for root in ("arm", "arm_sent") for index in range(1, 8)),
        *("world/arm/hand", "world/arm/leftfinger", "world/objects/block", "world/covariances/block"),
        *("world/truths/block", "world/chunks", "world/chunks/newest", "world/executed", "world/end_effector"),
        *("world/cameras/front", "world/cameras/front/image", "world/cameras/front/tags"),
        *("world/cameras/front/objects", "world/cameras/front/chunk", "gate/verdict", "gate/log", "tracking/block"),
        *(
            "latency/exposure_to_estimate_of_block",
            "latency/robot_tick_to_action_chunk",
            "joints/range/7",
            "joints/speed/7",
        ),
    }
    assert expected <= drawn.entities


def test_the_hand_is_drawn_where_the_joints_put_it(drawn: Drawn) -> None:
    description = load_robot_description("panda")
    tool = Kinematics(description).forward(np.array([0.1, 0.2, 0.3, -2.0, 0.5, 2.0, 0.7]))
    (hand,), (turn,) = (
        drawn.values("world/arm/hand", TRANSLATION)[0],
        drawn.values("world/arm/hand", "Transform3D:quaternion")[0],
    )
    assert np.allclose(np.abs(np.dot(turn, tool.quaternion)), 1.0, atol=1e-6)
    reach = np.array(description.tool.position)
    assert np.linalg.norm(np.array(hand) - tool.position) == pytest.approx(np.linalg.norm(reach), abs=1e-6)


def test_fingers_are_as_far_apart_as_the_gripper_is_wide(drawn: Drawn) -> None:
    left, right = (np.array(drawn.values(f"world/arm/{name}finger", TRANSLATION)[0][0]) for name in ("left", "right"))
    assert np.linalg.norm(left - right) == pytest.approx(0.08, abs=1e-6)


def test_estimates_and_truths_are_at_their_stamps(drawn: Drawn) -> None:
    assert drawn.times_ns("world/objects/block", TRANSLATION)[0] == START_NS + 5 * MS
    assert np.allclose(drawn.values("world/objects/block", TRANSLATION)[0][0], block_position(0.0) + OFFSET)
    assert np.allclose(drawn.values("world/truths/block", TRANSLATION)[-1][0], block_position(1.98))


def test_a_moment_shows_the_chunk_over_the_way_executed(drawn: Drawn) -> None:
    strips = drawn.values("world/chunks", "LineStrips3D:strips")
    assert [len(each) for each in strips[:6]] == [1, 2, 3, 4, 5, 5]
    assert np.allclose(strips[0][0][0], block_position(0.15) + HAND)
    trail = drawn.values("world/executed", "LineStrips3D:strips")[-1][0]
    assert len(trail) > 90 and np.allclose(trail[0], block_position(0.0) + HAND)


def test_the_verdict_is_a_lane_and_a_log_of_its_changes(drawn: Drawn) -> None:
    states = drawn.values("gate/verdict", "StateChange:state")
    assert [state[0] for state in states[:2]] == ["STOP", "COMMAND"]
    assert drawn.times_ns("gate/verdict", "StateChange:state")[1] == START_NS + 500 * MS
    assert drawn.values("gate/log", "TextLog:text")[0] == ["STOP: not enabled"]
    assert drawn.values("gate/log", "TextLog:level")[0] == ["ERROR"]
    assert drawn.values("tracking/block", "StateChange:state") == [["tracking"]]


def test_curves_have_the_figures_of_the_bag(drawn: Drawn) -> None:
    delays = drawn.values("latency/exposure_to_estimate_of_block", "Scalars:scalars")
    assert np.allclose(delays, 40.0)
    assert np.allclose(drawn.values("latency/robot_tick_to_action_chunk", "Scalars:scalars"), 25.0)
    assert np.allclose(drawn.values("joints/range/1", "Scalars:scalars"), 100.0 * 0.1 / 2.8973)


def test_images_come_with_their_camera_and_outlines(drawn: Drawn) -> None:
    assert len(drawn.values("world/cameras/front/image", "EncodedImage:blob")) == 20
    assert drawn.values("world/cameras/front", "Pinhole:resolution") == [[[640.0, 480.0]]]
    outlines = drawn.values("world/cameras/front/objects", "LineStrips2D:strips")
    assert all(1 <= len(each) <= 3 and len(each[0]) == 5 for each in outlines[1:])
