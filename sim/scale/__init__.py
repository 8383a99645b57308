"""More processes and more machines: worlds and seeds over Ray, which is an extra."""
