"""The embedded default robot: a simulated Franka behind the wire protocol of the real one."""
