"""What stands between a policy and a robot, without ROS: it asks, decides and sends, and keeps a journal of that."""
