"""The quality of service of each kind of topic, chosen once."""

from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

IMAGES = QoSProfile(depth=2, reliability=ReliabilityPolicy.BEST_EFFORT)
"""A late image is worthless: never resend one, never queue more than the next."""

STATES = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
"""Fast periodic states: only the newest counts."""

RECORDED_STATES = QoSProfile(depth=200, reliability=ReliabilityPolicy.BEST_EFFORT)
"""What the recorder asks of fast states: the same, but deep enough to lose none."""

EVENTS = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)
"""Chunks, estimates, verdicts, diagnostics: every one must arrive."""

RECORDED_EVENTS = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)
"""What the recorder asks of events, and whoever judges by them: none may be pushed out by the next ones."""

JOURNAL = QoSProfile(depth=600, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL)
"""The lines of a journal: every one, those too that were written before the recorder listened (some 30 s of them)."""
