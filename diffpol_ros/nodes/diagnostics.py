"""What a node says of its own health on /diagnostics, once a second."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node

from diffpol_ros.nodes.quality import EVENTS

PROCESS = "process"
"""The key under which a status tells its process (core/process_life.py), so that others hear of its end at once."""


class Level(Enum):
    """How well it goes."""

    OK = DiagnosticStatus.OK
    WARN = DiagnosticStatus.WARN
    ERROR = DiagnosticStatus.ERROR
    STALE = DiagnosticStatus.STALE


@dataclass(frozen=True)
class Report:
    """One line of health, with the figures behind it."""

    level: Level
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def ok(cls, message: str, values: Mapping[str, object] | None = None) -> "Report":
        """Return a report that all is well."""
        return cls(Level.OK, message, values or {})

    @classmethod
    def warn(cls, message: str, values: Mapping[str, object] | None = None) -> "Report":
        """Return a report of something to look at."""
        return cls(Level.WARN, message, values or {})

    @classmethod
    def error(cls, message: str, values: Mapping[str, object] | None = None) -> "Report":
        """Return a report of something broken."""
        return cls(Level.ERROR, message, values or {})


def status_message(name: str, report: Report) -> DiagnosticStatus:
    """Return `report` as a message of the component `name`; numbers keep six digits."""
    return DiagnosticStatus(
        name=name,
        level=report.level.value,
        message=report.message,
        values=[KeyValue(key=key, value=_text(value)) for key, value in report.values.items()],
    )


def process_of(message: DiagnosticArray) -> str:
    """Return the name of the process that a message says it is from, or an empty text."""
    statuses: list[DiagnosticStatus] = list(message.status)
    told = (each.value for status in statuses for each in status.values if each.key == PROCESS)
    return next(told, "")


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


class Diagnostics:
    """Publishes a node's report once a second while it exists."""

    def __init__(self, node: Node, report: Callable[[], Report], period_s: float = 1.0) -> None:
        """Publish `report()` of `node` every `period_s` [s]."""
        self._node = node
        self._report = report
        self._publisher = node.create_publisher(DiagnosticArray, "/diagnostics", EVENTS)
        self._timer = node.create_timer(period_s, self.publish)

    def publish(self) -> None:
        """Publish one report now."""
        message = DiagnosticArray(status=[status_message(self._node.get_name(), self._report())])
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)

    def close(self) -> None:
        """Stop publishing."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._publisher)
