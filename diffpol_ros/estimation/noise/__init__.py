"""How estimates differ from the truth: measured at rest, kept as a file, drawn from in simulation."""
