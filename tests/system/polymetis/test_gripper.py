import threading
from collections.abc import Iterator
from typing import Any

import pytest

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.robots.polymetis.channel import Deadlines
from diffpol_ros.robots.polymetis.gripper import PolymetisGripper
from diffpol_ros.robots.polymetis.messages import GRIPPER_METHODS, Empty, GripperMetadata, GripperState
from diffpol_ros.twin.rpc import RpcServer, unimplemented
from tests.fake_twin import FakeTwin, OffsetClock
from tests.waiting import wait_until

ANSWERS = {
    "GetRobotClientMetadata": lambda _request, _context: GripperMetadata(max_width=0.08),
    "GetState": lambda _request, _context: GripperState(width=0.05),
    "InitRobotClient": unimplemented,
    "ControlUpdate": unimplemented,
}


@pytest.fixture
def gripper(twin: FakeTwin, panda: RobotDescription, client_clock: OffsetClock) -> Iterator[PolymetisGripper]:
    address = f"127.0.0.1:{twin.gripper_server.port}"
    gripper = PolymetisGripper(address, panda.gripper, client_clock, Deadlines(hand=1.0, tick=1.0))
    yield gripper
    gripper.close()


def widths(twin: FakeTwin) -> list[float]:
    return [round(width, 6) for width, _, _ in twin.plant.gripper_commands]


def test_only_a_change_beyond_the_dead_band_is_sent(gripper: PolymetisGripper, twin: FakeTwin):
    gripper.connect()
    for width in (0.05, 0.051, 0.0485, 0.02):
        gripper.goto(width)
        wait_until(lambda width=width: abs(gripper.width() - width) < 0.0031)
    assert widths(twin) == [0.05, 0.02]


def test_the_newest_width_wins_and_goto_returns_at_once(gripper: PolymetisGripper, twin: FakeTwin):
    gripper.connect()
    for step in range(9):
        gripper.goto(0.08 - 0.01 * step)
    wait_until(lambda: gripper.width() < 1e-6)
    assert widths(twin)[-1] == 0.0


def test_widths_beyond_the_hand_are_cut(gripper: PolymetisGripper, twin: FakeTwin):
    gripper.connect()
    gripper.goto(-1.0)
    wait_until(lambda: gripper.width() == 0.0)
    gripper.goto(1.0)
    wait_until(lambda: gripper.width() > 0.079)
    assert widths(twin) == [0.0, 0.08]


def test_the_speed_and_force_are_those_of_the_description(
    gripper: PolymetisGripper, twin: FakeTwin, panda: RobotDescription
):
    gripper.connect()
    gripper.goto(0.03)
    wait_until(lambda: len(twin.plant.gripper_commands) == 1)
    _, speed, force = twin.plant.gripper_commands[0]
    assert (speed, force) == (pytest.approx(panda.gripper.speed), pytest.approx(panda.gripper.force))


def test_a_forgotten_target_is_sent_again(gripper: PolymetisGripper, twin: FakeTwin):
    gripper.connect()
    for _ in range(2):
        gripper.goto(0.04)
        wait_until(lambda: abs(gripper.width() - 0.04) < 1e-6)
        gripper.forget_target()
        twin.plant.set_gripper_target(0.08, 0.1, 10.0)
        wait_until(lambda: gripper.width() > 0.079)
    assert widths(twin) == [0.04, 0.08, 0.04, 0.08]


def test_a_hand_that_no_longer_answers_is_an_error(
    gripper: PolymetisGripper, twin: FakeTwin, client_clock: OffsetClock
):
    gripper.connect()
    twin.gripper_server.stop()
    client_clock.advance(1.5)
    # A call that the server's end cuts off is cancelled; the next ones do not get through at all.
    with pytest.raises(RobotError, match="gripper server"):
        wait_until(lambda: gripper.width() < 0.0)


def test_closing_grasps_and_opening_moves(panda: RobotDescription, client_clock: OffsetClock):
    commands: list[Any] = []
    handlers = {**ANSWERS, "Goto": lambda request, _context: commands.append(request) or Empty()}
    server = RpcServer(GRIPPER_METHODS, handlers, 0)
    server.start()
    gripper = PolymetisGripper(f"127.0.0.1:{server.port}", panda.gripper, client_clock, Deadlines())
    gripper.connect()
    gripper.goto(0.02)
    wait_until(lambda: len(commands) == 1)
    gripper.goto(0.08)
    wait_until(lambda: len(commands) == 2)
    gripper.close()
    server.stop()
    assert [command.grasp for command in commands] == [True, False]
    assert commands[0].epsilon_outer == pytest.approx(0.08)


def test_another_hand_is_refused(gripper: PolymetisGripper, twin: FakeTwin):
    twin.plant.gripper_max_width = 0.2
    with pytest.raises(RobotError, match="maximum_width"):
        gripper.connect()


def test_what_could_not_be_delivered_is_not_ordered_later(panda: RobotDescription, client_clock: OffsetClock):
    """Nobody who stopped the arm expects its fingers to move once the cable is back."""
    orders: list[Any] = []
    answering, ordered = threading.Event(), threading.Event()

    def goto(request: Any, _context: Any) -> Any:
        orders.append(round(request.width, 3))
        ordered.set()
        answering.wait(5.0)
        return Empty()

    server = RpcServer(GRIPPER_METHODS, {**ANSWERS, "Goto": goto}, 0)
    server.start()
    gripper = PolymetisGripper(f"127.0.0.1:{server.port}", panda.gripper, client_clock, Deadlines(tick=0.2))
    gripper.connect()
    gripper.goto(0.02)
    assert ordered.wait(5.0)
    wait_until(lambda: gripper._error is not None)
    answering.set()
    wait_until(lambda: gripper._error is None)
    assert orders == [0.02]
    gripper.goto(0.02)
    wait_until(lambda: orders == [0.02, 0.02])
    gripper.close()
    server.stop()


def test_an_order_under_way_is_cancelled_by_a_stop(panda: RobotDescription, client_clock: OffsetClock):
    ordered, cancelled = threading.Event(), threading.Event()

    def goto(_request: Any, context: Any) -> Any:
        context.add_callback(cancelled.set)
        ordered.set()
        cancelled.wait(5.0)
        return Empty()

    server = RpcServer(GRIPPER_METHODS, {**ANSWERS, "Goto": goto}, 0)
    server.start()
    gripper = PolymetisGripper(f"127.0.0.1:{server.port}", panda.gripper, client_clock, Deadlines(tick=20.0))
    gripper.connect()
    gripper.goto(0.02)
    assert ordered.wait(5.0)
    gripper.forget_target()
    assert cancelled.wait(2.0)
    gripper.close()
    server.stop()
