"""The scatter of heads."""

import pytest
import torch

from sim.errors import NetworkError
from sim.networks.heads.deviation import Deviation, DeviationSettings


def test_it_begins_with_the_start_and_stays_within_its_range():
    deviation = Deviation((3,), DeviationSettings(start=0.1, lowest=0.01, highest=0.2))
    torch.testing.assert_close(deviation(), torch.full((3,), 0.1))
    with torch.no_grad():
        deviation.log_deviation.copy_(torch.tensor([-20.0, 0.15, 20.0]))
        deviation.log_deviation[1] = torch.tensor(0.15).log()
    torch.testing.assert_close(deviation(), torch.tensor([0.01, 0.15, 0.2]))


def test_a_learned_one_moves_and_a_fixed_one_has_no_parameters_but_the_same_names():
    learned, fixed = Deviation((2,), DeviationSettings()), Deviation((2,), DeviationSettings(learned=False))
    learned().sum().backward()
    assert isinstance(learned.log_deviation, torch.nn.Parameter) and learned.log_deviation.grad is not None
    torch.testing.assert_close(learned.log_deviation.grad, learned().detach())
    assert list(fixed.parameters()) == [] and list(fixed.state_dict()) == list(learned.state_dict())


def test_at_either_end_a_gradient_leads_back_but_not_out():
    deviation = Deviation((4,), DeviationSettings(start=0.1, lowest=0.01, highest=0.2))
    with torch.no_grad():
        deviation.log_deviation.copy_(torch.tensor([-9.0, -9.0, 9.0, 9.0]))
    wished = torch.tensor([1.0, -1.0, 1.0, -1.0])
    (wished * deviation()).sum().backward()  # descent shrinks the first and the third, and widens the others
    assert isinstance(deviation.log_deviation, torch.nn.Parameter) and deviation.log_deviation.grad is not None
    torch.testing.assert_close(deviation.log_deviation.grad, torch.tensor([0.0, -0.01, 0.2, 0.0]))


@pytest.mark.parametrize("settings", [{"start": 0.5}, {"lowest": 0.0}, {"lowest": 0.3, "highest": 0.25}])
def test_a_range_without_the_start_is_refused(settings: dict[str, float]):
    with pytest.raises(NetworkError, match="expected 0 < lowest <= start <= highest"):
        DeviationSettings(**settings)
