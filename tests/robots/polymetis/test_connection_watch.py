"""grpc's watching thread is let go of before its channel is closed, and tells of the end of a connection."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from diffpol_ros.robots.polymetis.connection_watch import ConnectionWatch
from tests.waiting import wait_until


@pytest.fixture
def server() -> Iterator[tuple[grpc.Server, int]]:
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield server, port
    server.stop(None)


def connected(port: int) -> grpc.Channel:
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    grpc.channel_ready_future(channel).result(timeout=20.0)
    return channel


def test_the_end_of_a_connection_is_told(server: tuple[grpc.Server, int]) -> None:
    channel = connected(server[1])
    told: list[grpc.ChannelConnectivity] = []
    watch = ConnectionWatch()
    watch.begin(channel, told.append)
    wait_until(lambda: told == [grpc.ChannelConnectivity.READY])
    server[0].stop(None)
    wait_until(lambda: len(told) > 1)
    assert told[1] is not grpc.ChannelConnectivity.READY
    watch.end()
    channel.close()


def test_at_the_end_no_thread_is_left_that_could_meet_a_closed_channel(server: tuple[grpc.Server, int]) -> None:
    channel = connected(server[1])
    # The future above watched too.
    wait_until(lambda: not watching())
    watch = ConnectionWatch()
    watch.begin(channel, lambda _: None)
    assert watching()
    watch.end()
    assert not watching()
    channel.close()


def test_what_watches_nothing_may_be_ended() -> None:
    watch = ConnectionWatch()
    watch.end()
    watch.end()


def watching() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if "(_run)" in thread.name and thread.daemon]
