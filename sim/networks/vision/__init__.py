"""From images to features of the observation vector."""
