"""How policies learn: one file an algorithm, which reads from top to bottom."""
