"""A turn from one rotation to another, with the angular velocities it begins and ends with."""

from diffpol_ros.control import quaternions
from diffpol_ros.control.quaternions import Four, Numbers


class RotationSegment:
    """The cubic Bezier curve on SO(3) in its cumulative form (Kim, Kim and Shin, SIGGRAPH 1995).

    Three turns about fixed axes, one after the other, each weighted by time. About one axis it is the cubic of the
    angle. Angular velocities are seen from the moving body, so that a turned base turns the whole curve with it.
    """

    def __init__(self, start: Numbers, end: Numbers, velocities: tuple[Numbers, Numbers], duration: float) -> None:
        """Go from `start` to `end` (unit, xyzw) in `duration` [s]; `velocities`: at both ends, 3 x [rad/s]."""
        third = duration / 3.0
        self._start = start
        self._first, self._last = ([third * number for number in velocity] for velocity in velocities)
        before = quaternions.product(start, quaternions.exponential(self._first))
        after = quaternions.product(end, quaternions.conjugate(quaternions.exponential(self._last)))
        self._middle = quaternions.logarithm(quaternions.product(quaternions.conjugate(before), after))

    def at(self, share: float) -> Four:
        """Return the rotation after `share` (0..1) of the duration."""
        square, left = share * share, 1.0 - share
        weights = (1.0 - left * left * left, square * (3.0 - 2.0 * share), square * share)
        x, y, z, w = self._start
        for weight, (turn_x, turn_y, turn_z) in zip(weights, (self._first, self._middle, self._last), strict=True):
            turn = quaternions.exponential((weight * turn_x, weight * turn_y, weight * turn_z))
            x, y, z, w = quaternions.product((x, y, z, w), turn)
        return x, y, z, w
