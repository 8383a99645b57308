"""The whole graph in the twin: the latency of every stage, from camera exposure to joint target, and the jitter."""

import sys

from diffpol_ros.cli.main import Demo

EPISODES = 2


def main() -> int:
    """Run a few episodes and print what their bag says; return the exit code."""
    print(f"\nthe whole graph, {EPISODES} episodes in the twin")
    return Demo(episodes=EPISODES, video=False, image_stride=0).run()


if __name__ == "__main__":
    sys.exit(main())
