"""A process that joins the graph listens with the graph's profile."""

from pathlib import Path

from diffpol_ros.graph.joining import PROFILE, joining


def test_the_graphs_profile_is_taken_where_none_is_set() -> None:
    assert Path(joining({})[PROFILE]).name == "fastdds.xml"


def test_what_the_user_set_stays() -> None:
    own = {PROFILE: "own.xml", "ROS_DOMAIN_ID": "7"}
    joined = joining(own)
    assert joined[PROFILE] == "own.xml" and joined["ROS_DOMAIN_ID"] == "7" and own.keys() == {PROFILE, "ROS_DOMAIN_ID"}
