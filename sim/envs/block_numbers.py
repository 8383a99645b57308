"""Which numbers of a frame and of an action of the block task say what."""

from sim.envs.block import block_observation_spec

SPEC = block_observation_spec()
HAND, HAND_AXIS = slice(0, 3), slice(3, 6)
BLOCK, BLOCK_AXES = slice(10, 13), (slice(13, 16), slice(16, 19))
"""In a frame: where hand and block are, and the first axes of their rotations, of the block the second as well."""
FINGERS = 9
"""In an action: how far apart the fingers go."""
