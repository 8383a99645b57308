"""Camera images to object poses: calibration, detection, fusion, filter. No ROS in here."""
