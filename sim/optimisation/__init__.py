"""How weights move: rates, averages, precision."""
