"""Tests stay on this machine."""

import asyncio
import os
import socket

import pytest

ELSEWHERE = ("192.0.2.1", 9)  # TEST-NET-1 (RFC 5737): belongs to nobody


def test_a_test_cannot_connect_to_another_machine() -> None:
    with socket.socket() as connection, pytest.raises(OSError, match="tests stay on this machine"):
        connection.connect(ELSEWHERE)


async def test_neither_can_an_event_loop() -> None:
    with pytest.raises(OSError, match="tests stay on this machine"):
        await asyncio.wait_for(asyncio.open_connection(*ELSEWHERE), 5)


def test_the_loopback_interface_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as connection:
        connection.connect(server.getsockname())


def test_settings_of_whoever_runs_the_tests_are_forgotten() -> None:
    assert [name for name in os.environ if name.startswith("REKINDLE_") and name != "REKINDLE_CHROMIUM"] == []
