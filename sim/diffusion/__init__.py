"""Noise schedules, training loss and sampling in torch."""
