"""Observation in, action chunk out: bundle, normalisation, DDIM, receding horizon. Imports only core."""
