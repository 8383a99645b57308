"""Joins what arrives apart - gripper, end effector, objects - into observations with the robot's own stamps."""

from collections.abc import Mapping
from dataclasses import replace

from diffpol_ros.core.types import ObjectEstimate, Observation, Pose, Tracking


class Observer:
    """Makes an Observation of each robot tick whose gripper width and end-effector pose have both arrived.

    Whatever was measured before the last reset is ignored, so that no episode sees the objects of the one before.
    """

    def __init__(self) -> None:
        """Start with nothing seen."""
        self.reset(0)

    def reset(self, now_ns: int) -> None:
        """Forget everything measured before `now_ns`."""
        self._since_ns = now_ns
        self._width: tuple[int, float] | None = None
        self._end_effector: tuple[int, Pose] | None = None
        self._objects: dict[str, ObjectEstimate] = {}
        self._coasting: frozenset[str] = frozenset()

    def see_object(self, estimate: ObjectEstimate) -> None:
        """Keep the estimate unless a newer one of that object is known."""
        known = self._objects.get(estimate.name)
        if estimate.stamp_ns >= (known.stamp_ns if known else self._since_ns):
            coasting = estimate.name in self._coasting
            self._objects[estimate.name] = replace(estimate, tracking=Tracking.COASTING) if coasting else estimate

    def see_tracking(self, tracking: Mapping[str, Tracking]) -> None:
        """Take how far each object's estimate can be trusted now; one that coasts does so until told otherwise."""
        self._coasting = frozenset(name for name, word in tracking.items() if word is Tracking.COASTING)
        for name, word in tracking.items():
            known = self._objects.get(name)
            if known is not None and known.tracking is not word:
                self._objects[name] = replace(known, tracking=word)

    def see_gripper(self, stamp_ns: int, width: float) -> Observation | None:
        """Take a gripper width [m]; return the observation it completes."""
        self._width = (stamp_ns, width)
        return self._complete()

    def see_end_effector(self, stamp_ns: int, pose: Pose) -> Observation | None:
        """Take an end-effector pose; return the observation it completes."""
        self._end_effector = (stamp_ns, pose)
        return self._complete()

    def _complete(self) -> Observation | None:
        if self._width is None or self._end_effector is None or self._width[0] != self._end_effector[0]:
            return None
        stamp_ns, pose = self._end_effector
        if stamp_ns < self._since_ns:
            return None
        return Observation(stamp_ns, pose, self._width[1], dict(self._objects))
