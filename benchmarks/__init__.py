"""What the README claims, measured: `python -m benchmarks`, or one of them by its name."""
