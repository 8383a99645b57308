"""The command that trains a policy on demonstrations."""
