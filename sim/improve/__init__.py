"""A policy learns from the best of what it did itself: it plays, the best is chosen, the next is cloned."""
