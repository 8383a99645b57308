"""Run a diffusion policy on a Franka arm, safely, and prove afterwards what it did."""

__version__ = "0.1.0"
