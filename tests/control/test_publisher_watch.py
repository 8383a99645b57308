"""Two publishers of chunks are told at once, a killed one that came back is not mistaken for two."""

from diffpol_ros.control.publisher_watch import DISCOVERY_NS, REMEMBRANCE_NS, UNKNOWN, PublisherWatch


def test_two_of_different_names_are_rivals_at_once() -> None:
    watch = PublisherWatch("action_chunk")
    assert watch.rivals(["/policy"], 0) == ""
    assert watch.rivals(["/rival", "/policy"], 1) == "action_chunk has 2 publishers: /policy, /rival; leave one"


def test_a_successor_is_no_rival_unless_both_stay() -> None:
    watch = PublisherWatch("action_chunk")
    both = ["/policy", "/policy"]
    assert watch.rivals(both, 5) == ""
    assert watch.rivals(both, REMEMBRANCE_NS) == ""
    assert "2 publishers for 30 s: /policy, /policy" in watch.rivals(both, REMEMBRANCE_NS + 5)


def test_patience_begins_anew_when_one_has_gone() -> None:
    watch = PublisherWatch("action_chunk")
    both = ["/policy", "/policy"]
    assert watch.rivals(both, 0) == "" and watch.rivals(both[:1], 1) == ""
    assert watch.rivals(both, REMEMBRANCE_NS) == ""


def test_one_without_a_name_is_given_time_to_be_introduced() -> None:
    watch = PublisherWatch("action_chunk")
    names = ["/policy", f"/{UNKNOWN}"]
    assert watch.rivals(names, 0) == ""
    assert "2 publishers" in watch.rivals(names, DISCOVERY_NS)
