"""What may go wrong while the arm moves, done on purpose: faults, the rigs they strike, and what is asked of each."""
