"""Where the downloader goes and where it does not, against a real server on this machine and names made up for it."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from rekindle.infra.fetching import Fetched, Fetcher, NotFetched, is_public, resolved

Speak = Callable[[socket.socket], None]

PICTURE = b"\xff\xd8\xff" + bytes(2000)


def answer(head: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n".encode() + body


def lasting(body: bytes) -> bytes:
    """A good answer after which the connection stays open."""
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class Place:
    """A server that says what it is told to, byte by byte, and remembers what it was asked."""

    listener: socket.socket
    says: dict[str, Callable[[socket.socket], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    secure: ssl.SSLContext | None = None
    requests: int = 1
    """How many it answers on one connection."""
    opened: int = 0

    @property
    def at(self) -> str:
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    @property
    def port(self) -> int:
        return self.listener.getsockname()[1]

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        if self.secure is not None:
            try:
                connection = self.secure.wrap_socket(connection, server_side=True)
            except OSError:
                return
        with connection:
            self.opened += 1
            for _ in range(self.requests):
                request = connection.recv(65536).decode(errors="replace")
                self.asked.append(request)
                try:
                    self.says[request.split(" ")[1]](connection)
                except (OSError, KeyError, IndexError):
                    return

    def plainly(self, path: str, said: bytes) -> str:
        self.says[path] = lambda connection: connection.sendall(said)
        return f"http://{self.at}{path}"

    def slowly(self, path: str, said: bytes, *, pause: float) -> str:
        def drip(connection: socket.socket) -> None:
            for byte in said:
                connection.sendall(bytes([byte]))
                time.sleep(pause)

        self.says[path] = drip
        return f"http://{self.at}{path}"


@pytest.fixture
def place() -> Iterator[Place]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Place(listener)
    threading.Thread(target=server.serve, daemon=True).start()
    yield server
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@contextmanager
def secured(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A server with a certificate for a name, which is trusted for as long as this lasts."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(called, called, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "pem").write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Place(listener, secure=context)
        threading.Thread(target=server.serve, daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)


def names(**known: Sequence[str]) -> Callable[[str, int], object]:
    """A resolver that knows these names, and answers an address with itself."""

    async def look(host: str, port: int) -> Sequence[str]:
        return known[host.partition(".")[0]]

    return look


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def refused(fetcher: Fetcher, url: str, folder: Path) -> NotFetched:
    with pytest.raises(NotFetched) as caught:
        await fetcher.fetch(url, folder / "file")
    assert left_in(folder) == [], "something was left behind"
    return caught.value


# What comes


async def test_a_file_comes_whole_with_its_type_and_its_size(place: Place, tmp_path: Path) -> None:
    url = place.plainly("/a.jpg", answer("200 OK\r\nContent-Type: Image/JPEG; charset=x", PICTURE))
    fetched = await Fetcher(allowed=[place.at]).fetch(url, tmp_path / "file")
    assert fetched == Fetched("image/jpeg", len(PICTURE))
    assert (tmp_path / "file").read_bytes() == PICTURE
    assert left_in(tmp_path) == ["file"]


async def test_whoever_wants_a_file_looks_at_it_when_it_is_whole(place: Place, tmp_path: Path) -> None:
    url, seen = place.plainly("/a.jpg", answer("200 OK", PICTURE)), list[bytes]()
    fetcher = Fetcher(allowed=[place.at])
    await fetcher.fetch(url, tmp_path / "file", lambda path: seen.append(path.read_bytes()))
    assert seen == [PICTURE]


async def test_what_is_said_of_a_file_that_came_goes_to_whoever_wanted_it(place: Place, tmp_path: Path) -> None:
    def look(path: Path) -> None:
        raise KeyError(path.name)

    with pytest.raises(KeyError, match="file"):
        await Fetcher(allowed=[place.at]).fetch(
            place.plainly("/a.jpg", answer("200 OK", PICTURE)), tmp_path / "file", look
        )  # fmt: skip
    assert left_in(tmp_path) == ["file"]


async def test_nothing_of_ours_is_in_the_request(place: Place, tmp_path: Path) -> None:
    url = place.plainly("/a?signature=1", answer("200 OK", PICTURE))
    await Fetcher(allowed=[place.at]).fetch(f"{url}#fragment", tmp_path / "file")
    (request,) = place.asked
    head, *lines = request.strip().split("\r\n")
    assert head == "GET /a?signature=1 HTTP/1.1"
    assert {line.partition(":")[0].lower() for line in lines} == {
        "host", "user-agent", "accept", "accept-encoding",
    }  # fmt: skip
    assert "Accept-Encoding: identity" in lines


async def test_the_name_is_looked_up_once_and_the_connection_goes_to_that_answer(place: Place, tmp_path: Path) -> None:
    looked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        looked.append(host)
        return ["127.0.0.1"] if len(looked) == 1 else ["203.0.113.9"]

    place.plainly("/a", answer("200 OK", PICTURE))
    fetcher = Fetcher(allowed=[f"photos.example:{place.port}"], resolve=rebinding)
    await fetcher.fetch(f"http://photos.example:{place.port}/a", tmp_path / "file")
    assert looked == ["photos.example"]
    assert f"\r\nHost: photos.example:{place.port}\r\n" in place.asked[0]


async def test_a_second_address_of_a_name_is_tried_when_nobody_listens_at_the_first(
    place: Place, tmp_path: Path
) -> None:
    place.plainly("/a", answer("200 OK", PICTURE))
    fetcher = Fetcher(allowed=[f"photos.example:{place.port}"], resolve=names(photos=["127.0.0.9", "127.0.0.1"]))
    assert (await fetcher.fetch(f"http://photos.example:{place.port}/a", tmp_path / "file")).size == len(PICTURE)


async def test_one_file_after_the_other_comes_over_the_same_connection(place: Place, tmp_path: Path) -> None:
    place.requests = 3
    url, fetcher = place.plainly("/a", lasting(PICTURE)), Fetcher(allowed=[place.at])
    for number in range(3):
        await fetcher.fetch(url, tmp_path / str(number))
        assert (tmp_path / str(number)).read_bytes() == PICTURE
    await fetcher.aclose()
    assert (place.opened, len(place.asked)) == (1, 3)


async def test_another_name_at_the_same_address_gets_a_connection_of_its_own(place: Place, tmp_path: Path) -> None:
    place.requests = 3
    place.plainly("/a", lasting(PICTURE))
    places = [f"{name}.example:{place.port}" for name in ("photos", "other")]
    fetcher = Fetcher(allowed=places, resolve=names(photos=["127.0.0.1"], other=["127.0.0.1"]))
    for at in places:
        await fetcher.fetch(f"http://{at}/a", tmp_path / "file")
    await fetcher.aclose()
    assert place.opened == 2


async def test_a_connection_that_the_server_closed_meanwhile_is_replaced(place: Place, tmp_path: Path) -> None:
    def hang_up(connection: socket.socket) -> None:
        # After the request that comes next, without an answer.
        connection.sendall(lasting(PICTURE))
        connection.recv(65536)
        connection.shutdown(socket.SHUT_RDWR)

    place.says["/a"] = hang_up
    fetcher = Fetcher(allowed=[place.at])
    await fetcher.fetch(f"http://{place.at}/a", tmp_path / "first")
    assert (await fetcher.fetch(f"http://{place.at}/a", tmp_path / "second")).size == len(PICTURE)
    await fetcher.aclose()
    assert place.opened == 2


async def test_a_connection_over_which_only_a_part_came_is_not_used_again(place: Place, tmp_path: Path) -> None:
    place.requests = 2
    large, small = place.plainly("/a", lasting(PICTURE * 2000)), place.plainly("/b", lasting(b"small"))
    fetcher = Fetcher(allowed=[place.at], max_bytes=10)
    assert (await refused(fetcher, large, tmp_path)).why == "too_large"
    assert (await fetcher.fetch(small, tmp_path / "file")).size == 5
    await fetcher.aclose()
    assert place.opened == 2


# Where it does not go

HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "0.0.0.0", "0", "localhost", "[::]", "[::1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::127.0.0.1]", "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.254", "10.0.0.8",
    "172.16.0.1", "192.168.1.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "0177.1", "127.0.0.1.",
    "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2002:7f00:1::]", "[2001:db8::1]", "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]", "[::ffff:0:127.0.0.1]", "[100::1]", "[2001::1]", "[fec0::1]",
]  # fmt: skip

KNOWN = {host for host in HOSTS if host not in ("127.0.0.1.", "localhost")}
"""What every system reads as an address."""


@pytest.mark.parametrize("host", HOSTS)
async def test_an_address_that_leads_to_no_public_place_is_refused(host: str, tmp_path: Path) -> None:
    error = await refused(Fetcher(), f"https://{host}/latest/meta-data/", tmp_path)
    assert error.forbidden or host not in KNOWN


@pytest.mark.parametrize("host", HOSTS)
async def test_a_name_that_leads_there_is_refused_too(host: str, tmp_path: Path) -> None:
    try:
        addresses = await resolved(host.strip("[]"), 443)
    except OSError:  # not every system reads every way to write an address; then nothing leads there
        addresses = ["127.0.0.1"]
    fetcher = Fetcher(resolve=names(innocent=addresses, mixed=["93.184.216.34", *addresses]))
    for name in ("innocent", "mixed"):
        assert (await refused(fetcher, f"https://{name}.example/", tmp_path)).forbidden


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "gopher://127.0.0.1:25/_HELO", "ftp://example.com/a", "data:image/png;base64,AAAA",
        "//example.com/a", "/etc/passwd", "", "https://", "https:///a", "example.com/a", "jar:https://example.com!/",
        "https://user@example.com/", "https://user:word@example.com/", "https://:word@example.com/",
        "https://example.com:22/", "https://example.com:8080/", "http://example.com/", "http://example.com:443/",
        "https://exa mple.com/", "https://example.com\\@127.0.0.1/", "https://[::1/", "https://example.com:99999/",
        "https://example.com:0/", "https://\x00example.com/", "https://example.com/\r\nHost: 127.0.0.1",
    ],
)  # fmt: skip
async def test_an_address_of_another_form_is_refused(url: str, tmp_path: Path) -> None:
    error = await refused(Fetcher(resolve=names(example=["127.0.0.1"])), url, tmp_path)
    assert error.forbidden


async def test_what_is_allowed_is_one_host_at_one_port(place: Place, tmp_path: Path) -> None:
    other = socket.create_server(("127.0.0.1", 0))
    place.plainly("/a", answer("200 OK", PICTURE))
    fetcher = Fetcher(allowed=[place.at])
    assert (await refused(fetcher, f"http://127.0.0.1:{other.getsockname()[1]}/a", tmp_path)).forbidden
    assert (await refused(fetcher, f"http://localhost:{place.port}/a", tmp_path)).forbidden
    assert (await refused(fetcher, f"http://user@{place.at}/a", tmp_path)).forbidden
    other.close()
    assert place.asked == []


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:1/", "https://127.1/", "https://169.254.169.254/latest", "file:///etc/passwd", "//10.0.0.1/a",
        "https://inside.example/a", "https://user@93.184.216.34/", "https://[::ffff:127.0.0.1]/", "http://[",
    ],
)  # fmt: skip
async def test_every_hop_is_checked_anew(place: Place, tmp_path: Path, to: str) -> None:
    url = place.plainly("/a", answer(f"302 Found\r\nLocation: {to}"))

    async def look(host: str, port: int) -> Sequence[str]:
        return ["10.0.0.1"] if host == "inside.example" else await resolved(host, port)

    assert (await refused(Fetcher(allowed=[place.at], resolve=look), url, tmp_path)).forbidden


async def test_three_hops_are_followed_and_a_fourth_is_not(place: Place, tmp_path: Path) -> None:
    place.plainly("/0", answer("200 OK", PICTURE))
    for hop in range(1, 5):
        place.plainly(f"/{hop}", answer(f"307 Temporary Redirect\r\nLocation: /{hop - 1}"))
    fetcher = Fetcher(allowed=[place.at])
    assert (await fetcher.fetch(f"http://{place.at}/3", tmp_path / "file")).size == len(PICTURE)
    (tmp_path / "file").unlink()
    assert (await refused(fetcher, f"http://{place.at}/4", tmp_path)).forbidden


async def test_the_certificate_must_be_that_of_the_name_and_not_of_the_address(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with secured("photos.example", tmp_path_factory.mktemp("certificate"), monkeypatch) as place:
        place.plainly("/a", answer("200 OK", PICTURE))
        places = [f"{name}.example:{place.port}" for name in ("photos", "other")]
        fetcher = Fetcher(allowed=places, resolve=names(photos=["127.0.0.1"], other=["127.0.0.1"]))
        error = await refused(fetcher, f"https://other.example:{place.port}/a", tmp_path)
        assert error.why == "unreachable"
        assert (await fetcher.fetch(f"https://photos.example:{place.port}/a", tmp_path / "file")).size == len(PICTURE)


async def test_a_server_that_speaks_no_tls_gives_nothing(place: Place, tmp_path: Path) -> None:
    place.plainly("/a", answer("200 OK", PICTURE))
    error = await refused(Fetcher(allowed=[place.at]), f"https://{place.at}/a", tmp_path)
    assert error.why == "unreachable"


# What does not come


@pytest.mark.parametrize(("status", "why"), [
    ("404 Not Found", "gone"), ("410 Gone", "gone"), ("403 Forbidden", "gone"), ("500 Oops", "unreachable"),
    ("401 No", "unreachable"), ("206 Partial Content", "unreachable"), ("204 No Content", "unreachable"),
    ("304 Not Modified", "unreachable"), ("200 OK\r\nContent-Encoding: gzip", "unreachable"),
])  # fmt: skip
async def test_another_status_is_no_file(place: Place, tmp_path: Path, status: str, why: str) -> None:
    url = place.plainly("/a", answer(status, b"<html>sorry</html>" if status[0] in "245" else b""))
    assert (await refused(Fetcher(allowed=[place.at]), url, tmp_path)).why == why


async def test_a_file_that_is_too_large_is_given_up_at_its_announcement(place: Place, tmp_path: Path) -> None:
    url = place.plainly("/a", answer("200 OK\r\nContent-Length: 5000000000"))
    assert (await refused(Fetcher(allowed=[place.at], max_bytes=10_000), url, tmp_path)).why == "too_large"


async def test_a_file_that_is_larger_than_it_may_be_and_says_nothing_is_given_up(place: Place, tmp_path: Path) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(answer("200 OK"))
        while True:
            connection.sendall(bytes(65536))

    place.says["/a"] = endless
    fetcher = Fetcher(allowed=[place.at], max_bytes=3_000_000)
    assert (await refused(fetcher, f"http://{place.at}/a", tmp_path)).why == "too_large"


async def test_exactly_as_large_as_it_may_be_is_not_too_large(place: Place, tmp_path: Path) -> None:
    url = place.plainly("/a", answer("200 OK", PICTURE))
    assert (await Fetcher(allowed=[place.at], max_bytes=len(PICTURE)).fetch(url, tmp_path / "a")).size == len(PICTURE)


@pytest.mark.parametrize("said", [
    answer("200 OK\r\nContent-Length: 9000", PICTURE), answer("200 OK\r\nContent-Length: 20", PICTURE),
    answer("200 OK\r\nContent-Length: -1", PICTURE), b"rubbish\r\n\r\n", b"",
    answer("200 OK\r\nTransfer-Encoding: chunked", b"7d0\r\nabc"),
])  # fmt: skip
async def test_a_length_that_is_a_lie_gives_the_promised_part_or_nothing(
    place: Place, tmp_path: Path, said: bytes
) -> None:
    url = place.plainly("/a", said)
    try:
        fetched = await Fetcher(allowed=[place.at]).fetch(url, tmp_path / "file")
    except NotFetched:
        assert left_in(tmp_path) == []
    else:
        assert fetched.size == 20
        assert (tmp_path / "file").stat().st_size == 20


@pytest.mark.parametrize("said", [answer("200 OK", PICTURE), answer("200 OK\r\nX-A: " + "a" * 500)])
async def test_a_file_that_drips_is_given_up_in_time(place: Place, tmp_path: Path, said: bytes) -> None:
    url = place.slowly("/a", said, pause=0.02)
    began = time.monotonic()
    assert (await refused(Fetcher(allowed=[place.at], seconds=0.4), url, tmp_path)).why == "unreachable"
    assert time.monotonic() - began < 3.0


async def test_a_fetch_that_is_canceled_leaves_nothing(place: Place, tmp_path: Path) -> None:
    url = place.slowly("/a", answer("200 OK", PICTURE), pause=0.02)
    fetching = asyncio.create_task(Fetcher(allowed=[place.at]).fetch(url, tmp_path / "file"))
    await asyncio.sleep(0.2)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert left_in(tmp_path) == []


async def test_a_name_that_nobody_knows_may_be_known_later(tmp_path: Path) -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror("Name or service not known")

    assert (await refused(Fetcher(resolve=unknown), "https://nowhere.example/", tmp_path)).why == "unreachable"


async def test_a_name_without_addresses_is_refused(tmp_path: Path) -> None:
    assert (await refused(Fetcher(resolve=names(empty=[])), "https://empty.example/", tmp_path)).forbidden


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808", "192.0.1.1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "example.com", "127.1", "::1%eth0", "fe80::1%1", "1.2.3.4/8", "0177.0.0.1"])
def test_what_is_not_plainly_an_address_is_not_public(text: str) -> None:
    assert not is_public(text)
