"""Which nodes make the stack, and what keeps them running: no ROS import, so it serves launch files and the demo."""
