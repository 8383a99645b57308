"""From a checkpoint to a bundle that the robot verifies."""
