"""Action chunks become joint targets: interpolation, differential inverse kinematics, the gate."""
