"""Who moves: the Robot protocol and its backends."""
