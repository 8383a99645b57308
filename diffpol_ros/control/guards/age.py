"""What is known too late to act on."""

from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.verdict import Stop


class StateAge:
    """Since when the robot has not ticked: a little while to brake, a longer one to stop."""

    def __init__(self, maximum_age: float, maximum_silence: float) -> None:
        """Brake beyond `maximum_age` [s], stop beyond `maximum_silence` [s]."""
        self._maximum_age, self._maximum_silence = maximum_age, maximum_silence

    def judge(self, age: float) -> Finding | Stop | None:
        """Return what a state of `age` [s] means."""
        if age > self._maximum_silence:
            return Stop("robot_frozen", f"the robot has not ticked for {age:.3f} s")
        if age > self._maximum_age:
            return Finding("state_old", f"the robot's state is {age:.3f} s old")
        return None


class ChunkAge:
    """What a chunk was computed from must be newer than what was followed, and neither old nor of the future."""

    def __init__(self, maximum_age: float, maximum_future: float) -> None:
        """Allow observations of these ages [s]."""
        self._maximum_age, self._maximum_future = maximum_age, maximum_future

    def judge(self, age: float) -> Finding | None:
        """Return what is wrong with an observation of `age` [s]."""
        if age > self._maximum_age:
            return Finding("old", f"the chunk's observation is {age:.2f} s old")
        if age < -self._maximum_future:
            return Finding("future", f"the chunk's observation is {-age:.2f} s in the future: synchronise the clocks")
        return None
