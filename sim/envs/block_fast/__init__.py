"""The block task for training: all worlds move at once, in MuJoCo's threads. sim.envs.block_worlds is the measure."""
