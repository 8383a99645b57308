"""Two publishers of chunks are told at once, a killed one that came back is not mistaken for two."""

from diffpol_ros.control.publisher_watch import DISCOVERY_NS, REMEMBRANCE_NS, UNKNOWN, PublisherWatch
from diffpol_ros.control.verdict import Hold, Stop

NAMELESS = f"/{UNKNOWN}"


def test_two_of_different_names_are_rivals_at_once() -> None:
    watch = PublisherWatch("action_chunk")
    assert watch.judge(["/policy"], 0) is None
    rivals = Stop("two_publishers", "action_chunk has 2 publishers: /policy, /rival; leave one")
    assert watch.judge(["/rival", "/policy"], 1) == rivals


def test_a_successor_is_no_rival_unless_both_stay() -> None:
    watch = PublisherWatch("action_chunk")
    both = ["/policy", "/policy"]
    assert watch.judge(both, 5) is None
    assert watch.judge(both, REMEMBRANCE_NS) is None
    late = watch.judge(both, REMEMBRANCE_NS + 5)
    assert isinstance(late, Stop) and "2 publishers for 30 s: /policy, /policy" in late.reason


def test_patience_begins_anew_when_one_has_gone() -> None:
    watch = PublisherWatch("action_chunk")
    both = ["/policy", "/policy"]
    assert watch.judge(both, 0) is None and watch.judge(both[:1], 1) is None
    assert watch.judge(both, REMEMBRANCE_NS) is None


def test_one_without_a_name_holds_the_arm_until_it_is_introduced() -> None:
    watch = PublisherWatch("action_chunk")
    names = ["/policy", NAMELESS]
    for now_ns in (0, DISCOVERY_NS - 1):
        held = watch.judge(names, now_ns)
        assert isinstance(held, Hold) and held.name == "two_publishers"
    assert watch.judge(["/policy", "/policy"], DISCOVERY_NS - 1) is None
    assert isinstance(watch.judge(["/policy", "/rival"], DISCOVERY_NS - 1), Stop)


def test_one_that_never_says_its_name_stops_the_arm() -> None:
    watch = PublisherWatch("action_chunk")
    assert isinstance(watch.judge([NAMELESS, NAMELESS], 0), Hold)
    assert isinstance(watch.judge([NAMELESS, NAMELESS], DISCOVERY_NS), Stop)
