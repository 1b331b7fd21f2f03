"""Bodies of requests: what is parsed is small, whoever sends it."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from rekindle.server.bodies import MOST
from tests.api.conftest import API, Opening, Visitor, refused
from tests.factories import faded, png

PARSED = [("POST", "/jobs"), ("POST", "/session"), ("POST", "/account"), ("PUT", "/account/password")]


def endless() -> Iterator[bytes]:
    """The beginning of a JSON text that is far too long, without saying how long."""
    yield b'{"email": "'
    for _ in range(64):
        yield b"a" * 64 * 1024


@pytest.mark.parametrize(("method", "path"), PARSED)
def test_a_body_that_no_request_needs_is_refused_before_anything_is_done_with_it(
    idle: Visitor, method: str, path: str
) -> None:
    headers = {"Content-Type": "application/json"}
    refused(idle.http.request(method, API + path, content=b" " * (MOST + 1), headers=headers), 413, "too_large")


def test_a_body_that_does_not_say_how_long_it_is_is_refused_once_it_is_too_long(idle: Visitor) -> None:
    headers = {"Content-Type": "application/json"}
    refused(idle.http.post(f"{API}/session", content=endless(), headers=headers), 413, "too_large")


def test_photos_may_be_larger_than_what_is_parsed(visit: Opening) -> None:
    large = png(faded(640, 480))
    assert len(large) > MOST
    assert visit(worker=False).try_upload(large).status_code == 201


def test_whoever_goes_away_in_the_middle_of_a_body_does_no_harm(idle: Visitor) -> None:
    address = urlsplit(idle.at.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        head = f"POST {API}/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(head.encode() + b'{"email"')
    assert idle.http.get("/health").status_code == 200


def test_a_number_is_no_yes_or_no(idle: Visitor) -> None:
    refused(idle.try_submit(idle.upload()["id"], keep_tone=0), 422, "invalid_request")
