"""Walker2d: two legs, 17 numbers seen, 6 motors, 125 Hz."""

from sim.envs.locomotion import Walker
from sim.tasks.locomotion import LocomotionTask, frame_limits

LEG = ((-1.5, 0.1), (-1.5, 0.1), (-0.8, 0.8))

WALKER = LocomotionTask(
    name="walker",
    walker=Walker(
        model="walker2d_v5.xml",
        frame_skip=4,
        control_cost=1e-3,
        alive_reward=1.0,
        height=(0.8, 2.0),
        pitch=(-1.0, 1.0),
        seen_velocity=10.0,
    ),
    rate_hz=125.0,
    joints=("right_thigh", "right_leg", "right_foot", "left_thigh", "left_leg", "left_foot"),
    frame_limits=frame_limits(((0.8, 1.6), (-1.0, 1.0), *LEG, *LEG), 10.0),
)
