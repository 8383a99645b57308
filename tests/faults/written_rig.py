"""A rig without a graph: the verdicts that a test writes down."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from diffpol_ros.faults.received import Findings, Received
from diffpol_ros.faults.rig import Answer, Seen
from diffpol_ros.faults.stillness import last_arrival_ns

STEP_NS = 10_000_000


class WrittenRig:
    """Time passes when somebody waits; `answers` gives the gate's word at each moment after the strike."""

    name = "fake"

    def __init__(self, answers: Callable[["WrittenRig"], tuple[str, str]]) -> None:
        self.answers = answers
        self.time_ns, self.struck_ns, self.healed_ns = 0, -1, -1
        self.delay_ns = 0
        self.enabled, self.was_reset = True, False
        self.enable_always = False
        self.dead, self.stall = "", 0.0
        self.complaints: list[str] = []
        self.old: list[str] = []
        self.sent: list[Received] = []
        self.seen: list[Seen] = []
        self.calls: list[str] = []

    def now_ns(self) -> int:
        return self.time_ns

    def wait(self, condition: Callable[[], object], deadline_s: float, what: str) -> None:
        from diffpol_ros.faults.rig import RigError

        end_ns = self.time_ns + int(deadline_s * 1e9)
        self.wait_until(end_ns, condition)
        if not condition():
            raise RigError(f"{what} did not come")

    def wait_until(self, end_ns: int, condition: Callable[[], object]) -> None:
        while not condition() and self.time_ns <= end_ns:
            self.time_ns += STEP_NS
            word, name = self.answers(self)
            self.seen.append(Seen(self.time_ns, self.time_ns, word, name, "as written", self.delay_ns))

    def call(self, service: str) -> Answer:
        self.calls.append(service)
        if service == "bridge/reset":
            self.was_reset = True
        if service == "bridge/enable":
            self.enabled = self.enabled or self.was_reset or self.enable_always
            return Answer(self.was_reset or self.enable_always, "")
        return Answer(True, "")

    def enable(self, deadline_s: float) -> None:
        self.call("bridge/enable")

    def begin(self) -> None:
        self.enabled, self.was_reset = True, False
        self.struck_ns = self.healed_ns = -1
        self.seen.clear()
        self.wait_until(self.time_ns + 5 * STEP_NS, lambda: False)

    def verdicts(self) -> Sequence[Seen]:
        return self.seen

    def received(self) -> Sequence[Received]:
        return self.sent

    def findings(self) -> Findings:
        return Findings(tuple(self.complaints), tuple(self.old))

    def last_target_ns(self, answer: Seen) -> int:
        return last_arrival_ns(self.sent, self.seen, answer)

    def watch_stall(self) -> None:
        self.calls.append("watch_stall")

    def restart(self) -> None:
        self.calls.append("restart")


@contextmanager
def strike(rig: WrittenRig) -> Iterator[int]:
    rig.struck_ns, rig.enabled = rig.time_ns, False
    yield rig.time_ns
    rig.healed_ns = rig.time_ns
