import pytest

from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.nodes.bridge_parameters import BridgeParameters


def test_a_lead_given_is_the_followers() -> None:
    assert BridgeParameters(command_lead=0.04).follower("panda").command_lead == 0.04


def test_a_measured_lead_of_a_robot_never_measured_names_the_command() -> None:
    with pytest.raises(ResourceError, match="diffpol calibrate latency"):
        BridgeParameters(command_lead=-1.0).follower("never_measured")


def test_half_a_second_ago_is_no_lead() -> None:
    with pytest.raises(SettingsError, match="expected 0 or more, or -1"):
        BridgeParameters(command_lead=-0.5).follower("panda")
