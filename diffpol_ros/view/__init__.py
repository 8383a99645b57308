"""Draws a bag, or the graph as it runs, for Rerun: the arm, what the cameras saw, what was believed and decided."""
