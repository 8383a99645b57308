"""Bodies, surfaces, joints and motors that are not quite as modelled."""

import copy

import mujoco
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.envs.dynamics import AS_MODELLED, DynamicsRanges, varied, vary
from sim.envs.locomotion import load_model

MODEL = load_model("half_cheetah.xml")
FIELDS = ("body_mass", "body_inertia", "geom_friction", "dof_damping", "actuator_gainprm", "actuator_biasprm")
SHARES = st.floats(0.0, 0.9)


def ratios(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    return after[before != 0.0] / before[before != 0.0]


@settings(max_examples=20, derandomize=True, deadline=None)
@given(SHARES, SHARES, SHARES, SHARES, st.integers(0, 2**31))
def test_numbers_stay_within_their_ranges(mass: float, friction: float, damping: float, gain: float, seed: int):
    fields = varied(MODEL, DynamicsRanges(mass, friction, damping, gain), seed)
    pairs = (("body_mass", mass), ("geom_friction", friction), ("dof_damping", damping), ("actuator_gainprm", gain))
    for name, share in pairs:
        ratio = ratios(fields[name], getattr(MODEL, name))
        assert (np.abs(ratio - 1.0) <= share + 1e-12).all()
        assert share < 0.01 or np.ptp(ratio) > 0.0


def test_inertia_goes_with_mass():
    fields = varied(MODEL, DynamicsRanges(mass=0.5), 1)
    inertia = ratios(fields["body_inertia"][1:], MODEL.body_inertia[1:]).reshape(-1, 3)
    np.testing.assert_allclose(inertia, np.repeat(ratios(fields["body_mass"], MODEL.body_mass)[:, None], 3, axis=1))


def test_only_sliding_friction_is_varied():
    friction = varied(MODEL, DynamicsRanges(friction=0.5), 1)["geom_friction"]
    np.testing.assert_array_equal(friction[:, 1:], MODEL.geom_friction[:, 1:])


def test_one_range_does_not_change_what_another_draws():
    alone = varied(MODEL, DynamicsRanges(friction=0.3), 4)["geom_friction"]
    together = varied(MODEL, DynamicsRanges(0.2, 0.3, 0.4, 0.5), 4)["geom_friction"]
    np.testing.assert_array_equal(alone, together)


def test_a_model_returns_to_what_it_was():
    model = copy.copy(MODEL)
    vary(model, MODEL, DynamicsRanges(0.3, 0.3, 0.3, 0.3), 1)
    assert (model.body_mass != MODEL.body_mass).any() and (model.dof_invweight0 != MODEL.dof_invweight0).any()
    vary(model, MODEL, AS_MODELLED, 2)
    for name in (*FIELDS, "dof_invweight0", "body_subtreemass"):
        np.testing.assert_allclose(getattr(model, name), getattr(MODEL, name), rtol=1e-12, err_msg=name)


def test_what_weighs_more_accelerates_less():
    light = mujoco.MjModel.from_xml_string(
        "<mujoco><option gravity='0 0 0'/><worldbody><body><joint name='x' type='slide'/>"
        "<geom size='.1' mass='1'/></body></worldbody><actuator><motor joint='x'/></actuator></mujoco>"
    )
    heavy, data = copy.copy(light), mujoco.MjData(light)
    vary(heavy, light, DynamicsRanges(mass=0.9), 0)
    data.ctrl[0] = 1.0
    mujoco.mj_forward(heavy, data)
    assert data.qacc[0] * heavy.body_mass[1] == pytest.approx(1.0)
    assert heavy.body_mass[1] != 1.0
