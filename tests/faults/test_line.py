"""A line passes bytes on, until it is pulled or cut."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from diffpol_ros.faults.line import ProxyLine, proxy_line


@pytest.fixture
def line() -> Iterator[ProxyLine]:
    """Give a line to a server that sends back what it gets."""
    listener = socket.create_server(("127.0.0.1", 0))

    def echo(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            while data := client.recv(1000):
                client.sendall(data)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=echo, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    with proxy_line(listener.getsockname()[1]) as made:
        yield made
    listener.close()


def connect(line: ProxyLine) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), timeout=5.0)


def test_it_passes_bytes_both_ways(line: ProxyLine) -> None:
    with connect(line) as client:
        client.sendall(b"there")
        assert client.recv(100) == b"there"


def test_what_is_sent_while_it_is_pulled_arrives_when_it_is_mended(line: ProxyLine) -> None:
    with connect(line) as client:
        client.sendall(b"one")
        assert client.recv(100) == b"one"
        line.stall()
        client.sendall(b"two")
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(100)
        line.resume()
        client.settimeout(5.0)
        assert client.recv(100) == b"two"


def test_a_cut_line_ends_connections_and_takes_none(line: ProxyLine) -> None:
    with connect(line) as client:
        client.sendall(b"one")
        assert client.recv(100) == b"one"
        line.cut()
        assert client.recv(100) == b""
    with connect(line) as client:
        assert client.recv(100) == b""
    line.resume()
    with connect(line) as client:
        client.sendall(b"again")
        assert client.recv(100) == b"again"
