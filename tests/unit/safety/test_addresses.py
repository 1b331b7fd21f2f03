"""Whose request it is: what proxies say counts, what clients say does not."""

import time
from ipaddress import ip_address
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rekindle.safety.addresses import MOST_HOPS, UNKNOWN, Proxies, client_address, limit_key, proxies

PROXY, SECOND_PROXY, CLIENT, LIE = "10.0.0.1", "10.0.0.2", "203.0.113.9", "198.51.100.66"
TRUSTED = proxies(["10.0.0.0/8", "2001:db8:ffff::/48"])
BY_FORWARDED = proxies(["10.0.0.0/8"], header="forwarded")

Header = Literal["x-forwarded-for", "forwarded"]

addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)
strangers = addresses.filter(lambda text: not TRUSTED.trust(ip_address(text)) and "::ffff:" not in text)
hostile = st.text(st.sampled_from('0123456789abcdef.:,;="\\[]% for_\t\0é'), max_size=80)


def seen(*lines: str, peer: str | None = PROXY, trusted: Proxies = TRUSTED) -> str:
    found = client_address(peer, [(trusted.header, line) for line in lines], trusted)
    return UNKNOWN if found is None else str(found)


def forwarded(*lines: str, peer: str | None = PROXY) -> str:
    return seen(*lines, peer=peer, trusted=BY_FORWARDED)


# ── who is believed ──


def test_without_proxies_the_caller_is_the_client_whatever_it_says() -> None:
    assert seen(LIE, peer=CLIENT, trusted=Proxies()) == CLIENT


def test_a_caller_that_is_no_proxy_is_not_believed() -> None:
    assert seen(LIE, peer=CLIENT) == CLIENT


def test_the_client_of_a_trusted_proxy_is_who_the_proxy_says() -> None:
    assert seen(CLIENT) == CLIENT


def test_what_a_client_wrote_before_the_proxy_did_is_not_looked_at() -> None:
    assert seen(f"{LIE}, {CLIENT}") == CLIENT
    assert seen(f"{PROXY}, {LIE}, {CLIENT}") == CLIENT


def test_a_chain_of_trusted_proxies_is_walked_to_its_end() -> None:
    assert seen(f"{LIE}, {CLIENT}, {SECOND_PROXY}") == CLIENT
    assert seen(f"{CLIENT}, 2001:db8:ffff::7, {SECOND_PROXY}") == CLIENT


def test_a_request_that_began_at_a_proxy_is_of_the_outermost_one() -> None:
    assert seen(f"10.0.0.3, {SECOND_PROXY}") == "10.0.0.3"


def test_a_proxy_that_says_nothing_speaks_for_itself() -> None:
    assert seen() == PROXY
    assert seen("", " , ") == PROXY


def test_several_lines_are_one_list() -> None:
    assert seen(LIE, CLIENT) == CLIENT
    assert seen(f"{LIE}, {CLIENT}", SECOND_PROXY) == CLIENT


@pytest.mark.parametrize("name", ["X-Forwarded-For", "x-forwarded-for", "X-FORWARDED-FOR"])
def test_the_name_of_the_header_is_read_in_any_case(name: str) -> None:
    assert str(client_address(PROXY, [(name, CLIENT)], TRUSTED)) == CLIENT


@pytest.mark.parametrize("name", ["Forwarded", "X-Real-IP", "CF-Connecting-IP", "X-Forwarded", "X_Forwarded_For"])
def test_a_header_that_the_proxy_does_not_write_is_the_clients_and_not_believed(name: str) -> None:
    headers = [(name, f"for={LIE}"), (name, LIE), ("x-forwarded-for", CLIENT)]
    assert str(client_address(PROXY, headers, TRUSTED)) == CLIENT
    assert str(client_address(PROXY, [("x-forwarded-for", LIE)], BY_FORWARDED)) == PROXY


@pytest.mark.parametrize(
    "entry", ["unknown", "_hidden", "localhost", "999.1.1.1", "1.2.3", "::g", "0x7f.1", "1.2.3.4 5"]
)
def test_an_entry_that_is_no_address_counts_for_the_proxy_that_passed_it_on(entry: str) -> None:
    assert seen(f"{LIE}, {entry}") == PROXY
    assert seen(f"{LIE}, {entry}, {SECOND_PROXY}") == SECOND_PROXY


def test_a_chain_that_is_too_long_ends_within_it() -> None:
    assert seen(", ".join([CLIENT] + [SECOND_PROXY] * MOST_HOPS)) == SECOND_PROXY


def test_a_caller_on_a_unix_socket_is_believed_only_when_that_is_said() -> None:
    assert seen(CLIENT, peer=None) == UNKNOWN
    assert seen(CLIENT, peer="", trusted=proxies(["unix"])) == CLIENT
    assert seen(CLIENT, peer=None, trusted=proxies(["unix"])) == CLIENT


@pytest.mark.parametrize("name", ["10.0.0.1/8", "proxy.example.org", "", "10.0.0.0/33"])
def test_a_proxy_that_is_no_network_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear to be|has host bits"):
        proxies([name])


# ── how addresses are written ──


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        (f"{CLIENT}:4711", CLIENT),
        (f"::ffff:{CLIENT}", CLIENT),
        (f"[::ffff:{CLIENT}]:80", CLIENT),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_an_address_is_read_however_it_is_written(entry: str, address: str) -> None:
    assert seen(entry) == address


def test_a_proxy_that_is_reached_over_mapped_ipv6_is_the_same_proxy() -> None:
    assert seen(CLIENT, peer=f"::ffff:{PROXY}") == CLIENT


# ── Forwarded ──


@pytest.mark.parametrize(
    ("element", "address"),
    [
        (f"for={CLIENT}", CLIENT),
        (f"For={CLIENT};proto=https;by={PROXY}", CLIENT),
        (f'proto=https; FOR="{CLIENT}:4711" ;host="a,b;for=6.6.6.6;c"', CLIENT),
        ('for="[2001:db8::1]:443"', "2001:db8::1"),
        ("for=unknown", PROXY),
        ('for="_gazonk"', PROXY),
        (f"for={CLIENT};for={LIE}", PROXY),
        (f"by={LIE}", PROXY),
        (f"xfor={LIE}", PROXY),
        (CLIENT, PROXY),
        ("for=2001:db8::1", "2001:db8::1"),
    ],
)
def test_forwarded_tells_the_client_in_its_for(element: str, address: str) -> None:
    assert forwarded(element) == address
    assert forwarded(f"for={LIE}, {element}") == address


@pytest.mark.parametrize(
    "lie", [f'for="{LIE}', f'for="{LIE}\\', '"', '\\"', 'for="a\\', f'"",for={LIE},"', f"for={LIE};"]
)
def test_a_quote_that_a_client_left_open_hides_nothing_that_a_proxy_wrote(lie: str) -> None:
    assert forwarded(f"{lie}, for={CLIENT}") == CLIENT
    assert forwarded(f'{lie}, for="{CLIENT}:80";host="a\\"b"') == CLIENT
    assert forwarded(f'{lie}, for={CLIENT}, for="{SECOND_PROXY}"') == CLIENT


# ── whatever a client writes ──


@given(hostile, strangers)
@example('"', CLIENT)
@example("\\", "2001:db8::1")
def test_nothing_that_a_client_writes_changes_who_it_is(written: str, client: str) -> None:
    node = f'"[{client}]"' if ":" in client else client
    assert seen(f"{written},{client}") == client
    assert seen(written, client, SECOND_PROXY) == client
    assert forwarded(f"{written},for={node}") == client
    assert forwarded(written, f"for={node};proto=https", f"for={SECOND_PROXY}") == client


@given(hostile, st.one_of(hostile, addresses))
def test_no_header_and_no_caller_makes_it_fail(written: str, peer: str) -> None:
    for trusted in (TRUSTED, BY_FORWARDED, Proxies(), proxies(["unix", "0.0.0.0/0", "::/0"])):
        limit_key(client_address(peer, [(trusted.header, written)], trusted))


@given(addresses, hostile)
def test_without_a_trusted_proxy_headers_change_nothing(peer: str, written: str) -> None:
    assert client_address(peer, [("x-forwarded-for", written)], Proxies()) == client_address(peer, [], Proxies())


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
@pytest.mark.parametrize(
    "piece", [",", '"', "\\", '\\"', ";", "for=", 'for="', "1", f"{SECOND_PROXY},", '";,', " ", ":"]
)
def test_a_huge_header_takes_no_time(header: Header, piece: str) -> None:
    trusted = proxies(["10.0.0.0/8"], header=header)
    start = time.process_time()
    client_address(PROXY, [(header, piece * (300_000 // len(piece)))], trusted)
    assert time.process_time() - start < 1.0


# ── what limits count under ──


def test_an_ipv4_address_counts_for_itself() -> None:
    assert limit_key(ip_address(CLIENT)) == CLIENT


def test_all_addresses_of_one_ipv6_network_count_together() -> None:
    one, other, neighbour = (ip_address(f"2001:db8:1:{tail}") for tail in ("2::1", "2:ffff::9", "3::1"))
    assert limit_key(one) == limit_key(other) == "2001:db8:1:2::/64"
    assert limit_key(neighbour) != limit_key(one)


def test_callers_without_an_address_count_together() -> None:
    assert limit_key(None) == UNKNOWN
