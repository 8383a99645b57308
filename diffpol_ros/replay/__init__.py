"""Bags: written while the stack runs, read back, measured, drawn. No ROS import, so a bag opens anywhere."""
