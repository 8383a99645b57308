"""Hopper: one leg, 11 numbers seen, 3 motors, 125 Hz."""

from sim.envs.locomotion import Walker
from sim.tasks.locomotion import LocomotionTask, frame_limits

HOPPER = LocomotionTask(
    name="hopper",
    walker=Walker(
        model="hopper.xml",
        frame_skip=4,
        control_cost=1e-3,
        alive_reward=1.0,
        height=(0.7, float("inf")),
        pitch=(-0.2, 0.2),
        state=100.0,
        seen_velocity=10.0,
    ),
    rate_hz=125.0,
    joints=("thigh", "leg", "foot"),
    frame_limits=frame_limits(((0.7, 1.7), (-0.2, 0.2), (-1.0, 0.1), (-1.0, 0.1), (-0.8, 0.8)), 5.0),
)
