"""From poses to an estimate over time: order of arrival, smoothing, gates, the hand and what it holds."""
