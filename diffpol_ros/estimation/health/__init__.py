"""Whether cameras can be believed: stamps, rates, frozen pictures, and whether they stand where they stood."""
