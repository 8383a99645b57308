"""What the gate asks, one question a file; none reads a clock, none sends."""
