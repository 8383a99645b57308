"""Scripted demonstrations of the block task."""
