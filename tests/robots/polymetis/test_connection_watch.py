"""grpc's watching thread is let go of before its channel is closed, and tells of the end of a connection."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from diffpol_ros.robots.polymetis.channel import PolymetisChannel
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
    # The future watched too.
    wait_until(lambda: not watching())
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
    watch = ConnectionWatch()
    watch.begin(channel, lambda _: None)
    assert watching()
    watch.end()
    assert not watching()
    channel.close()


class Watched:
    """Stands for a channel of grpc: notes whether it was still watched when it was closed."""

    def __init__(self) -> None:
        self.closed_under: list[bool] = []
        self._forgotten = threading.Event()
        self._thread = threading.Thread(target=self._forgotten.wait, args=(20.0,), daemon=True)

    def subscribe(self, forward: object) -> None:
        self._thread.start()

    def unsubscribe(self, forward: object) -> None:
        self._forgotten.set()

    def close(self) -> None:
        self.closed_under.append(self._thread.is_alive())


@pytest.mark.parametrize("hang_up", [PolymetisChannel.close, PolymetisChannel.open])
def test_a_channel_is_let_go_of_before_it_is_closed(
    hang_up: Callable[[PolymetisChannel], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [Watched(), Watched()]
    coming = iter(made)
    monkeypatch.setattr(grpc, "insecure_channel", lambda *_, **__: next(coming))
    channel = PolymetisChannel("127.0.0.1:1", {}, "the server")
    channel.open()
    channel.on_disconnect(lambda: None)
    hang_up(channel)
    assert made[0].closed_under == [False] and made[1].closed_under == []


def test_what_watches_nothing_may_be_ended() -> None:
    watch = ConnectionWatch()
    watch.end()
    watch.end()


def watching() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if "(_run)" in thread.name and thread.daemon]
