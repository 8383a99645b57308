"""Runs the stages of a bag again, without ROS, and compares what they do with what they did."""
