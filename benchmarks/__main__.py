"""Every benchmark in turn, each in a process of its own: `python -m benchmarks`, or `python -m benchmarks NAME …`."""

import subprocess
import sys

BENCHMARKS = (
    "chunk_time",
    "policy_parity",
    "export_parity",
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
    "bridge_journal",
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
    "avoid_rules",
    "dppo_iteration",
    "trial_statistics",
    "recorder",
    "recorder_images",
    "replay",
)
LEFT_OUT = {
    "chunk_timing": "it draws the picture of docs/chunk_timing.md and measures nothing",
    "gradient_agreement": "it needs a preset, and a policy to begin with",
}
"""Commands that are run by hand only, and why."""


def main() -> int:
    """Run what was named, or everything; return how many failed."""
    names = sys.argv[1:] or BENCHMARKS
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; known: {', '.join(BENCHMARKS)}", file=sys.stderr)
        for name, reason in LEFT_OUT.items():
            print(f"left out is {name}: {reason}; python -m benchmarks.{name} --help", file=sys.stderr)
        return 2
    commands = ([sys.executable, "-m", f"benchmarks.{name}"] for name in names)
    return sum(subprocess.run(command, check=False).returncode != 0 for command in commands)


if __name__ == "__main__":
    sys.exit(main())
