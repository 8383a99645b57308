"""From the corners of tags to the pose of an object: the two poses of a square, least squares, corner noise."""
