"""Masses of the Franka arm, from franka_description (robots/common/inertial.yaml of the FER)."""

from dataclasses import dataclass

Three = tuple[float, float, float]
Six = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Inertia:
    """Inertia of one link.

    mass: [kg]. centre: of mass, in the link's frame [m]. tensor: xx, yy, zz, xy, xz, yz about the centre, along
    the axes of the link's frame [kg m^2].
    """

    mass: float
    centre: Three
    tensor: Six


ARM = (
    Inertia(0.629769, (-0.041018, -0.00014, 0.049974), (0.00315, 0.00388, 0.004285, 8.2904e-7, 0.00015, 8.2299e-6)),
    Inertia(4.970684, (0.003875, 0.002081, -0.04762), (0.70337, 0.70661, 0.009117, -0.000139, 0.006772, 0.019169)),
    Inertia(0.646926, (-0.003141, -0.02872, 0.003495), (0.007962, 0.02811, 0.025995, -0.003925, 0.010254, 0.000704)),
    Inertia(3.228604, (0.027518, 0.039252, -0.066502), (0.037242, 0.036155, 0.01083, -0.004761, -0.011396, -0.012805)),
    Inertia(3.587895, (-0.05317, 0.104419, 0.027454), (0.025853, 0.019552, 0.028323, 0.007796, -0.001332, 0.008641)),
    Inertia(1.225946, (-0.011953, 0.041065, -0.038437), (0.035549, 0.029474, 0.008627, -0.002117, -0.004037, 0.000229)),
    Inertia(1.666555, (0.060149, -0.014117, -0.010517), (0.001964, 0.004354, 0.005433, 0.000109, -0.001158, 0.000341)),
    Inertia(0.735522, (0.010517, -0.004252, 0.061597), (0.012516, 0.010027, 0.004815, -0.000428, -0.001196, -0.000741)),
)
HAND = Inertia(0.73, (-0.01, 0.0, 0.03), (0.001, 0.0025, 0.0017, 0.0, 0.0, 0.0))
FINGER = Inertia(0.015, (0.0, 0.0, 0.022), (2.375e-6, 2.375e-6, 7.5e-7, 0.0, 0.0, 0.0))
