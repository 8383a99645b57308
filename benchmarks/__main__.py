"""Every benchmark in turn, each in a process of its own: `python -m benchmarks`, or `python -m benchmarks NAME …`."""

import subprocess
import sys

BENCHMARKS = (
    "chunk_time",
    "policy_parity",
    "policy_startup",
    "policy_precision",
    "policy_spinning",
    "film_once",
    "composition",
    "composition_time",
    "seams",
    "inverse_kinematics",
    "detection_time",
    "estimation_accuracy",
    "estimation_naive",
    "calibration_accuracy",
    "calibration_hand_eye",
    "polymetis_loop",
    "libfranka_tracking",
    "bridge_loop",
    "gate_campaign",
    "bridge_node",
    "executors",
    "killed_peers",
    "standing_back",
    "command_lead",
    "graph_latency",
    "env_stepping",
    "block_fast",
    "bc_update",
    "avoid_stepping",
    "avoid_servo",
    "avoid_limit",
    "trial_statistics",
    "replay",
)


def main() -> int:
    """Run what was named, or everything; return how many failed."""
    names = sys.argv[1:] or BENCHMARKS
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; known: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    commands = ([sys.executable, "-m", f"benchmarks.{name}"] for name in names)
    return sum(subprocess.run(command, check=False).returncode != 0 for command in commands)


if __name__ == "__main__":
    sys.exit(main())
