"""Whose request it is, by address: only what proxies of our own say is believed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from itertools import islice
from typing import Literal, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

MOST_HOPS = 16
"""Entries of a header that are looked at, from the nearest proxy on; no chain of our own is longer."""

IPV6_BITS = 64
"""The smallest network that a provider hands out (RFC 6177); whoever has one has all of its addresses."""

UNKNOWN = "unknown"
"""What callers without an address count under, all together."""

SOCKET = "unix"
"""How the proxy that comes over a Unix socket, and so has no address, is named among the trusted ones."""

_V4 = re.compile(r"([0-9.]{7,15})(?::[0-9]{1,5})?")
_V6 = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\](?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies in front of this server, and the one header in which they write whom they speak for.

    Any other header came from the client and says whatever it likes. `socket`: a caller without an address is a proxy,
    for a server that listens on a Unix socket.
    """

    networks: tuple[Network, ...] = ()
    header: Literal["x-forwarded-for", "forwarded"] = "x-forwarded-for"
    socket: bool = False

    def trust(self, address: Address | None) -> bool:
        """Whether what this caller writes into the header is believed."""
        if address is None:
            return self.socket
        return any(address in network for network in self.networks)


def proxies(names: Iterable[str], *, header: Literal["x-forwarded-for", "forwarded"] = "x-forwarded-for") -> Proxies:
    """The proxies at these addresses and networks (`10.0.0.0/8`, `2001:db8::7`), and at `unix`. Raises ValueError."""
    listed = list(names)
    networks = tuple(ip_network(name) for name in listed if name != SOCKET)
    return Proxies(networks, header, socket=SOCKET in listed)


def client_address(peer: str | None, headers: Sequence[tuple[str, str]], trusted: Proxies) -> Address | None:
    """The address that the request came from, before it reached the proxies that are trusted.

    `peer` is the other end of the connection, `headers` are pairs of a name in any case and a value. The entries of the
    header are read from the right, where the nearest proxy wrote; the first one that is no trusted proxy is the client.
    Where an entry is no address, the proxy that passed it on is answered: never a thing that a client could choose.
    None: the caller has no address.
    """
    current = _parse(peer or "")
    if not trusted.trust(current):
        return current
    lines = [value for name, value in headers if name.lower() == trusted.header]
    for entry in islice(_entries(",".join(lines), trusted), MOST_HOPS):
        address = _parse(entry)
        if address is None:
            return current
        current = address
        if not trusted.trust(address):
            return current
    return current


def limit_key(address: Address | None) -> str:
    """What limits count this address under: itself, or its /64 network for IPv6."""
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), IPV6_BITS), strict=False))


def _entries(text: str, trusted: Proxies) -> Iterator[str]:
    """The nodes named in the header, the nearest first; "" for one that cannot be read."""
    quoted = trusted.header == "forwarded"
    for part in _from_the_right(text, ",", quoted=quoted):
        if entry := part.strip(" \t"):
            yield _node(entry) if quoted else entry


def _from_the_right(text: str, separator: str, *, quoted: bool) -> Iterator[str]:
    """The parts of a list, last one first.

    Read backwards, quotes included, so that a quote which a client left open swallows no more than its own text.
    """
    end, inside = len(text), False
    for position in range(len(text) - 1, -1, -1):
        character = text[position]
        if character == '"' and quoted and not _escaped(text, position):
            inside = not inside
        elif character == separator and not inside:
            yield text[position + 1 : end]
            end = position
    yield text[:end]


def _escaped(text: str, position: int) -> bool:
    first = position
    while first > 0 and text[first - 1] == "\\":
        first -= 1
    return (position - first) % 2 == 1


def _node(element: str) -> str:
    """The `for` of one element of a Forwarded header (RFC 7239), "" when there is not exactly one."""
    pairs = (pair.partition("=") for pair in _from_the_right(element, ";", quoted=True))
    nodes = [value.strip(" \t") for name, _, value in pairs if name.strip(" \t").lower() == "for"]
    return nodes[0].strip('"') if len(nodes) == 1 else ""


def _parse(text: str) -> Address | None:
    """An address, with a port or without; an IPv4 address that is written as IPv6 is IPv4 again."""
    match = _V4.fullmatch(text) or _V6.fullmatch(text)
    try:
        address = ip_address(match[1] if match else text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
