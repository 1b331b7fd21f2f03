"""What holds for every test: no network beyond this machine, no settings from the environment of whoever runs them."""

import ipaddress
import os
import socket
from collections.abc import Callable

Connect = Callable[[socket.socket, object], object]


def stays_here(address: object) -> bool:
    """Whether a socket address is a path (Unix) or an address of the loopback interface."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def closed(connect: Connect) -> Connect:
    """The same way to connect, for addresses of this machine only."""

    def guarded(self: socket.socket, address: object) -> object:
        if not stays_here(address):
            raise OSError(f"A test tried to reach {address}: tests stay on this machine")
        return connect(self, address)

    return guarded


def pytest_configure() -> None:
    """Closes the network and forgets REKINDLE_* before any test module is imported."""
    for name in [name for name in os.environ if name.startswith("REKINDLE_") and name != "REKINDLE_CHROMIUM"]:
        del os.environ[name]
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, closed(getattr(socket.socket, name)))
