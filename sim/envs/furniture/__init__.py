"""FurnitureBench in Isaac Gym: its simulator in a process of its own (Python 3.8), its worlds in this one."""
