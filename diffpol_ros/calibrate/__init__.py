"""Calibration of cameras: intrinsics, extrinsics, hand-eye, time offset, from captured images. No ROS in here."""
