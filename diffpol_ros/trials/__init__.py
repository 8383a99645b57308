"""Attempts at a task, and what counts as success."""
