"""Environments that run the code of the robot in simulated time."""
