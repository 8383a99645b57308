"""Settings by name, after the rows of the paper's tables."""
