"""A recorder to be killed: says on its standard output which stamp it has just put into the bag."""

import sys
import time
from pathlib import Path

from diffpol_ros.replay.flight_recorder import FlightRecorder
from diffpol_ros.replay.topic_writer import RecordedTopic


def main() -> None:
    """Put a small message every 5 ms, for ever."""
    recorder = FlightRecorder(Path(sys.argv[1]), [RecordedTopic("/say", "std_msgs/msg/String")])
    while True:
        stamp_ns = time.time_ns()
        recorder.put(0, stamp_ns, stamp_ns, bytes(40))
        print(stamp_ns, flush=True)
        time.sleep(0.005)


if __name__ == "__main__":
    main()
