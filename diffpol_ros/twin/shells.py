"""How the robot looks: lofted shells over the links, as plain data that nothing but numpy is needed for."""

from dataclasses import dataclass

from diffpol_ros.twin.lofts import Loft, Section, drum, tube

WHITE, CAP, GREY, METAL, DARK, RUBBER, LIGHT = "shell", "cap", "ring", "metal", "dark", "rubber", "light"
COLOURS = {
    WHITE: (0.95, 0.95, 0.96),
    CAP: (0.13, 0.14, 0.16),
    GREY: (0.45, 0.47, 0.50),
    METAL: (0.70, 0.72, 0.75),
    DARK: (0.16, 0.17, 0.19),
    RUBBER: (0.07, 0.07, 0.08),
    LIGHT: (0.15, 0.55, 0.95),
}
MIDDLE = (0.0, 0.0, 0.0)
FINGER_OFFSET = 0.0584
"""[m] From the hand to where the fingers slide, along the hand's z; each opens along its own y."""


@dataclass(frozen=True)
class Part:
    """One shell of a link."""

    body: str
    material: str
    loft: Loft


def _box(
    body: str, material: str, sections: tuple[Section, ...], side: tuple[float, float, float], bevel: float
) -> Part:
    return Part(body, material, Loft(sections, side, squareness=5.0, bevel=bevel, smoothing=2, slices=24))


_FOOT = (
    Section((-0.135, 0.0, 0.045), 0.058, 0.042),
    Section((-0.07, 0.0, 0.048), 0.084, 0.047),
    Section((0.0, 0.0, 0.048), 0.092, 0.047),
    Section((0.045, 0.0, 0.046), 0.080, 0.045),
    Section((0.070, 0.0, 0.040), 0.052, 0.038),
)
_PALM = (
    Section((0.0, -0.098, 0.034), 0.026, 0.028),
    Section((0.0, -0.06, 0.033), 0.031, 0.032),
    Section((0.0, 0.06, 0.033), 0.031, 0.032),
    Section((0.0, 0.098, 0.034), 0.026, 0.028),
)
_FINGER_FOOT = (Section((0.0, 0.012, 0.001), 0.0105, 0.0105), Section((0.0, 0.012, 0.020), 0.0105, 0.0105))
_FINGER_TIP = (Section((0.0, 0.0115, 0.018), 0.0103, 0.0100), Section((0.0, 0.0066, 0.035), 0.0100, 0.0062))
_PAD = (Section((0.0, 0.0052, 0.034), 0.0104, 0.0050), Section((0.0, 0.0052, 0.0530), 0.0104, 0.0050))

PARTS = (
    Part("panda_link0", WHITE, Loft(_FOOT, (0.0, 1.0, 0.0), squareness=2.8, bevel=0.02, slices=24)),
    Part("panda_link0", WHITE, tube(((0.0, 0.0, 0.03), (0.0, 0.0, 0.08), (0.0, 0.0, 0.138)), (0.080, 0.074, 0.066))),
    Part("panda_link0", LIGHT, drum((0.0, 0.0, 0.138), (0.0, 0.0, 0.1445), 0.0655, 0.002)),
    # Shoulder: a column that carries the horizontal drum of joint 2.
    Part("panda_link1", WHITE, tube(((0.0, 0.0, -0.187), (0.0, 0.0, -0.11), (0.0, 0.0, 0.02)), (0.062, 0.062, 0.058))),
    Part("panda_link1", WHITE, drum((0.0, -0.052, 0.0), (0.0, 0.052, 0.0), 0.063)),
    Part("panda_link2", GREY, drum((0.0, 0.0, -0.064), (0.0, 0.0, 0.064), 0.058, 0.006)),
    Part("panda_link2", CAP, drum((0.0, 0.0, -0.074), (0.0, 0.0, -0.062), 0.061, 0.006)),
    Part("panda_link2", CAP, drum((0.0, 0.0, 0.062), (0.0, 0.0, 0.074), 0.061, 0.006)),
    Part(
        "panda_link2",
        WHITE,
        tube((MIDDLE, (0.0, -0.06, 0.0), (0.0, -0.126, 0.0)), (0.058, 0.060, 0.060), (0.0, 0.0, 1.0)),
    ),
    Part("panda_link3", GREY, drum((0.0, 0.0, -0.192), (0.0, 0.0, -0.185), 0.0585, 0.001)),
    # Elbow: the upper arm bends forward into the drum of joint 4, the forearm bends back out of it.
    Part(
        "panda_link3",
        WHITE,
        tube(
            ((0.0, 0.0, -0.184), (0.0, 0.0, -0.11), (0.045, 0.0, -0.04), (0.0825, 0.0, 0.0)),
            (0.060, 0.060, 0.056, 0.050),
        ),
    ),
    Part("panda_link3", WHITE, drum((0.0825, -0.048, 0.0), (0.0825, 0.048, 0.0), 0.056)),
    Part("panda_link4", GREY, drum((0.0, 0.0, -0.062), (0.0, 0.0, 0.062), 0.051, 0.006)),
    Part("panda_link4", CAP, drum((0.0, 0.0, -0.070), (0.0, 0.0, -0.060), 0.054, 0.006)),
    Part("panda_link4", CAP, drum((0.0, 0.0, 0.060), (0.0, 0.0, 0.070), 0.054, 0.006)),
    Part(
        "panda_link4",
        WHITE,
        tube(
            (MIDDLE, (-0.035, 0.04, 0.0), (-0.0825, 0.075, 0.0), (-0.0825, 0.128, 0.0)),
            (0.050, 0.055, 0.060, 0.060),
            (0.0, 0.0, 1.0),
        ),
    ),
    Part("panda_link5", GREY, drum((0.0, 0.0, -0.258), (0.0, 0.0, -0.251), 0.0585, 0.001)),
    Part(
        "panda_link5",
        WHITE,
        tube(
            ((0.0, 0.0, -0.25), (0.0, 0.008, -0.19), (0.0, 0.045, -0.11), (0.0, 0.066, -0.045), (0.0, 0.066, 0.0)),
            (0.060, 0.058, 0.046, 0.036, 0.034),
            (1.0, 0.0, 0.0),
        ),
    ),
    Part("panda_link5", WHITE, drum((0.0, 0.052, 0.0), (0.0, 0.094, 0.0), 0.052)),
    Part("panda_link5", CAP, drum((0.0, 0.096, 0.0), (0.0, 0.106, 0.0), 0.046, 0.006)),
    # Wrist.
    Part("panda_link6", CAP, drum((0.0, 0.0, 0.05), (0.0, 0.0, 0.064), 0.046, 0.006)),
    Part("panda_link6", WHITE, drum((0.0, 0.0, -0.046), (0.0, 0.0, 0.052), 0.052)),
    Part(
        "panda_link6",
        WHITE,
        tube((MIDDLE, (0.045, 0.0, 0.0), (0.088, 0.0, 0.0)), (0.046, 0.045, 0.044), (0.0, 0.0, 1.0)),
    ),
    Part("panda_link6", WHITE, drum((0.088, 0.055, 0.0), (0.088, -0.052, 0.0), 0.050)),
    Part("panda_link6", CAP, drum((0.088, 0.058, 0.0), (0.088, 0.066, 0.0), 0.043, 0.006)),
    Part("panda_link7", GREY, drum((0.0, 0.0, 0.052), (0.0, 0.0, 0.066), 0.046, 0.002)),
    Part("panda_link7", WHITE, drum((0.0, 0.0, 0.062), (0.0, 0.0, 0.094), 0.044, 0.006)),
    Part("panda_link7", DARK, drum((0.0, 0.0, 0.094), (0.0, 0.0, 0.108), 0.0315, 0.002)),
    _box("panda_hand", WHITE, _PALM, (1.0, 0.0, 0.0), 0.006),
    _box(
        "panda_hand",
        DARK,
        (Section((0.0, -0.085, 0.0585), 0.017, 0.008), Section((0.0, 0.085, 0.0585), 0.017, 0.008)),
        (1.0, 0.0, 0.0),
        0.001,
    ),
    *(
        _box(finger, material, sections, (1.0, 0.0, 0.0), 0.001)
        for finger in ("panda_leftfinger", "panda_rightfinger")
        for material, sections in ((METAL, _FINGER_FOOT), (METAL, _FINGER_TIP), (RUBBER, _PAD))
    ),
)
