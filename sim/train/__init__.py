"""Behaviour cloning of a diffusion policy."""
