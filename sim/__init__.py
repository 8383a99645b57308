"""The training side, run from a checkout: simulate, demonstrate, train, evaluate, export. Needs torch."""
