"""What can be learned: each task names its numbers and makes its worlds."""
