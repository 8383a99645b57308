"""The ROS 2 nodes: thin shells over the stages, and the only folder that imports rclpy."""
