"""Data sets: one format for demonstrations and logged rollouts, and what it takes from and gives to others."""
