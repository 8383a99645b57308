"""Policies as reinforcement learning meets them: what they did, and how likely that was."""
