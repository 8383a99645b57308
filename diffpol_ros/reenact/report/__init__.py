"""The page of a replay: what was asked, what would have been, and both over time."""
