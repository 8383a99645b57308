"""HalfCheetah: two legs and a long back that cannot end an episode; 17 numbers seen, 6 motors, 20 Hz."""

from sim.envs.locomotion import Walker
from sim.tasks.locomotion import LocomotionTask, frame_limits

BACK_LEG = ((-0.6, 1.1), (-0.9, 0.9), (-0.5, 0.9))
FRONT_LEG = ((-1.1, 0.8), (-1.3, 1.0), (-0.6, 0.6))

CHEETAH = LocomotionTask(
    name="cheetah",
    walker=Walker(
        model="half_cheetah.xml",
        frame_skip=5,
        control_cost=0.1,
        start_noise=0.1,
        normal_velocity=True,
    ),
    rate_hz=20.0,
    joints=("back_thigh", "back_shin", "back_foot", "front_thigh", "front_shin", "front_foot"),
    frame_limits=frame_limits(((-0.4, 0.5), (-1.5, 1.5), *BACK_LEG, *FRONT_LEG), 10.0),
)
