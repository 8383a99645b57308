"""Whether a recording is whole: what was dropped, and what never arrived."""

from typing import Any

from diffpol_ros.nodes.diagnostics import Report
from diffpol_ros.nodes.taps import Taps
from diffpol_ros.replay.flight_recorder import FlightRecorder


class RecordingHealth:
    """Tells what a recorder lost, once it happens."""

    def __init__(self, recorder: FlightRecorder, taps: Taps, logger: Any) -> None:
        """Watch `recorder`, and what `taps` gives it; `logger` is the node's."""
        self._recorder, self._taps, self._logger = recorder, taps, logger
        self._told: set[str] = set()

    def tell(self) -> None:
        """Log each kind of loss when it is first seen."""
        recorder = self._recorder
        if recorder.failure:
            self._once("failure", recorder.failure)
        elif recorder.dropped:
            self._once("dropped", "messages are dropped: the disk, or this machine, is too slow")
        for topic, count in self._taps.missed.items():
            self._once(topic, f"{count} messages of {topic} were sent and did not arrive: this machine is too busy")

    def report(self) -> Report:
        """Return what /diagnostics says of the recording."""
        recorder, missed = self._recorder, self._taps.missed
        values: dict[str, object] = {
            "received": recorder.received,
            "dropped": recorder.dropped,
            "missed": sum(missed.values()),
        }
        if recorder.failure:
            return Report.error(recorder.failure, values)
        if recorder.dropped:
            return Report.warn(f"{recorder.dropped} messages dropped: the disk, or this machine, is too slow", values)
        if missed:
            worst = max(missed, key=lambda topic: missed[topic])
            told = f"{values['missed']} messages did not arrive, most of {worst}: this machine is too busy"
            return Report.warn(told, values)
        return Report.ok("recording", values)

    def _once(self, kind: str, told: str) -> None:
        if kind not in self._told:
            self._told.add(kind)
            self._logger.error(told)
