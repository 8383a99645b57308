"""Success rates with intervals, of a bundle or a checkpoint."""
