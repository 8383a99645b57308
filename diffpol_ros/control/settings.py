"""How the follower moves and what the gate lets pass, beside the robot's own limits."""

from dataclasses import dataclass

from diffpol_ros.core.settings import setting

INVERSE_KINEMATICS = ("damped", "plain")
LONGEST_PERIODS, LONGEST_STEP, STALL = 2.0, 0.02, 0.05
SHORTEST_BRAKING = 0.03


@dataclass(frozen=True)
class FollowerSettings:
    """Defaults suit the twin and a real Franka; a policy trained with them expects them on the robot."""

    rate: float = setting(100.0, description="steps of the follower [Hz]", minimum=20.0, maximum=1000.0)
    command_lead: float = setting(
        0.0, description="how far ahead of now the path is sampled: the robot's latency [s]", minimum=0.0, maximum=0.3
    )
    minimum_lead: float = setting(
        0.02, description="actions due sooner than this after arrival are dropped [s]", minimum=0.0, maximum=0.5
    )

    velocity_scale: float = setting(0.9, description="share of the joint velocity limits", minimum=0.01, maximum=1.0)
    acceleration_scale: float = setting(
        0.9, description="share of the joint acceleration limits", minimum=0.01, maximum=1.0
    )
    jerk_scale: float = setting(0.9, description="share of the joint jerk limits", minimum=0.2, maximum=1.0)
    joint_margin: float = setting(
        0.05, description="kept from the joint position limits [rad]", minimum=0.0, maximum=0.5
    )
    inverse_kinematics: str = setting(
        "damped", description="damped: within limits, around what blocks; plain: the bare pseudo-inverse, as in DPPO"
    )
    damping: float = setting(0.02, description="of the inverse kinematics", minimum=1e-4, maximum=0.5)
    posture_gain: float = setting(
        1.0, description="pull of the free joint motion towards home [1/s]", minimum=0.0, maximum=10.0
    )

    reconfiguration_speed: float = setting(
        0.25,
        description="of the tool on a way around a joint limit that blocks it [m/s]; 0: it stays blocked",
        minimum=0.0,
        maximum=2.0,
    )

    maximum_state_age: float = setting(
        0.04, description="since the robot's stamp last moved [s]", minimum=0.005, maximum=1.0
    )
    maximum_state_silence: float = setting(
        0.25, description="since the robot's stamp last moved before a Stop [s]", minimum=0.01, maximum=2.0
    )
    maximum_observation_age: float = setting(
        1.0, description="of a chunk's observation on arrival [s]", minimum=0.05, maximum=10.0
    )
    maximum_future: float = setting(
        0.1, description="of a chunk's observation on arrival: beyond, the clocks differ [s]", minimum=0.0, maximum=5.0
    )
    maximum_action_step: float = setting(
        0.3, description="between one action and the next, or the present pose [m]", minimum=0.01, maximum=2.0
    )
    maximum_action_turn: float = setting(
        1.0, description="between one action and the next, or the present pose [rad]", minimum=0.01, maximum=3.2
    )
    maximum_arming_speed: float = setting(
        0.2, description="of any joint when the arm is enabled [rad/s]", minimum=0.0, maximum=1.0
    )
    workspace_tolerance: float = setting(
        0.001,
        description="by which the arm may stray past what it keeps to, between two looks at its way [m]",
        minimum=1e-4,
        maximum=0.01,
    )
    maximum_stray: float = setting(
        0.02,
        description="by which the arm itself may be past what its targets keep to before it brakes [m]",
        minimum=0.002,
        maximum=0.2,
    )
    keep_outs: str = setting(
        "", description="a lab's own keep-outs beside the robot's: a name in calibration/keep_outs/ or a file"
    )
    # Last, as in a journal that was written before there was one.
    braking_time: float = setting(
        0.0,
        description="in which every joint can brake from any speed it is allowed; 0: however long that takes [s]",
        minimum=0.0,
        maximum=1.0,
    )

    def __post_init__(self) -> None:
        """Refuse a kind of inverse kinematics that does not exist."""
        if self.inverse_kinematics not in INVERSE_KINEMATICS:
            known = " or ".join(INVERSE_KINEMATICS)
            raise ValueError(f"inverse_kinematics is {self.inverse_kinematics!r}, expected {known}")
        if 0.0 < self.braking_time < SHORTEST_BRAKING:
            raise ValueError(
                f"braking_time is {self.braking_time:g} s, expected 0 or at least {SHORTEST_BRAKING:g}: in less time "
                "an arm can brake only where it hardly moves"
            )

    @property
    def period(self) -> float:
        """The time between steps [s]."""
        return 1.0 / self.rate

    @property
    def longest_step(self) -> float:
        """The time that a step covers at most [s]: standing for longer is not made up for."""
        return max(LONGEST_PERIODS * self.period, LONGEST_STEP)

    @property
    def stall(self) -> float:
        """The time between steps after which the arm is taken to stand where its target was left [s]."""
        return max(STALL, self.longest_step)

    @property
    def longest_absence(self) -> float:
        """The time between steps after which what was followed is dropped [s]: the robot was as good as silent."""
        return max(self.maximum_state_age, self.longest_step)
