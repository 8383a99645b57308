"""The command line: `diffpol demo`, `diffpol models verify`."""
