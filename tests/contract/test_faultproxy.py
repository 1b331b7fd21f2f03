"""The proxy that other tests blame their faults on does what it says, over TCP and over socket files."""

import socket
import threading
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.faultproxy import FaultProxy, fault_proxy


class Echo:
    """A server that sends back whatever comes."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                while chunk := connection.recv(65_536):
                    connection.sendall(chunk)
            except OSError:
                return


@pytest.fixture
def proxy() -> Generator[FaultProxy]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Echo(listener)
        with fault_proxy(listener.getsockname(), seed=7) as made:
            yield made


def connect(proxy: FaultProxy, seconds: float = 5.0) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=seconds)


def ask(connection: socket.socket, words: bytes) -> bytes:
    connection.sendall(words)
    answer = b""
    while len(answer) < len(words):
        chunk = connection.recv(65_536)
        if not chunk:
            break
        answer += chunk
    return answer


def read_to_the_end(connection: socket.socket) -> None:
    """Read until the connection ends, which it must not do politely."""
    while connection.recv(65_536):
        pass
    message = "it ended with a goodbye"
    raise AssertionError(message)


def test_without_a_fault_everything_passes_and_the_end_is_told(proxy: FaultProxy) -> None:
    with connect(proxy) as connection:
        assert ask(connection, b"x" * 300_000) == b"x" * 300_000
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(10) == b""
    assert proxy.passed == {"up": 300_000, "down": 300_000}


def test_down_resets_those_who_are_connected_and_those_who_come(proxy: FaultProxy) -> None:
    with connect(proxy) as early:
        assert ask(early, b"hello") == b"hello"
        with proxy.broken(proxy.down):
            with pytest.raises(ConnectionError):
                ask(early, b"again" * 100_000)
            with pytest.raises(ConnectionError), connect(proxy) as late:
                read_to_the_end(late)
    with connect(proxy) as healed:
        assert ask(healed, b"hello") == b"hello"


def test_a_black_hole_says_nothing_and_lets_go_of_it_all_once_healed(proxy: FaultProxy) -> None:
    proxy.blackhole()
    with connect(proxy, seconds=0.2) as connection:
        with pytest.raises(TimeoutError):
            ask(connection, b"hello")
        proxy.heal()
        connection.settimeout(5.0)
        assert connection.recv(10) == b"hello"


def test_latency_and_a_slow_line_take_their_time(proxy: FaultProxy) -> None:
    with connect(proxy) as connection:
        for fault in (lambda: proxy.latency(0.1, "down"), lambda: proxy.slow(50_000, "down")):
            with proxy.broken(fault):
                began = time.monotonic()
                assert ask(connection, b"x" * 5_000) == b"x" * 5_000
                assert time.monotonic() - began >= 0.09


def test_a_cut_lets_so_many_bytes_pass_and_no_more(proxy: FaultProxy) -> None:
    proxy.cut(1_000, "down")
    with connect(proxy) as connection:
        connection.sendall(b"x" * 5_000)
        with pytest.raises(ConnectionError):
            read_to_the_end(connection)
    assert proxy.passed["down"] == 1_000


def test_a_flaky_line_fails_now_and_then(proxy: FaultProxy) -> None:
    proxy.flaky(0.3)
    fates: list[bool] = []
    for _ in range(30):
        try:
            with connect(proxy) as connection:
                fates.append(ask(connection, b"hello") == b"hello")
        except ConnectionError:
            fates.append(False)
    assert True in fates
    assert False in fates


def test_servers_on_socket_files_are_reached_the_same_way(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        server, front = _short(tmp_path, "server"), _short(tmp_path, "front")
        listener.bind(str(server))
        listener.listen()
        Echo(listener)
        with fault_proxy(server, listen=front) as proxy, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(5.0)
            client.connect(str(front))
            assert ask(client, b"hello") == b"hello"
            proxy.down()
            assert client.recv(10) == b""


def _short(folder: Path, name: str) -> Path:
    """The path of a socket may have some hundred letters."""
    path = folder / name
    return path if len(str(path)) < 100 else Path("/tmp") / f"{folder.name}-{name}"
