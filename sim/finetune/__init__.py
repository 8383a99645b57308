"""Reinforcement learning of a policy that was trained on demonstrations."""
