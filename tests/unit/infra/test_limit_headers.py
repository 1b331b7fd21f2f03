"""The headers that tell a client about its limits."""

from rekindle.infra.limits.headers import rate_limit_headers
from rekindle.infra.limits.rules import Bucket, Verdict, Window

ADDRESS = Window("address", 100, 900.0)
ACCOUNT = Bucket("account", 10, 1.0)


def test_a_request_without_a_limit_has_no_headers() -> None:
    assert rate_limit_headers([]) == {}


def test_a_request_that_passed_hears_what_is_left() -> None:
    assert rate_limit_headers([Verdict(ADDRESS, True, 42, 123.4, 0.0)]) == {
        "RateLimit-Policy": '"address";q=100;w=900',
        "RateLimit": '"address";r=42;t=124',
    }


def test_every_limit_is_told_in_the_order_in_which_it_was_asked() -> None:
    headers = rate_limit_headers([Verdict(ADDRESS, True, 99, 900.0, 0.0), Verdict(ACCOUNT, True, 9, 1.0, 0.0)])
    assert headers == {
        "RateLimit-Policy": '"address";q=100;w=900, "account";q=10;w=10',
        "RateLimit": '"address";r=99;t=900, "account";r=9;t=1',
    }


def test_a_refused_request_hears_when_to_come_back_in_both_places() -> None:
    headers = rate_limit_headers([Verdict(ADDRESS, False, 0, 899.0, 80.01)])
    assert headers["RateLimit"] == '"address";r=0;t=81'
    assert headers["Retry-After"] == "81"


def test_whoever_is_refused_for_a_fraction_of_a_second_waits_a_whole_one() -> None:
    assert rate_limit_headers([Verdict(ACCOUNT, False, 0, 10.0, 0.000_001)])["Retry-After"] == "1"


def test_two_refusals_make_one_wait_the_longer_one() -> None:
    verdicts = [Verdict(ACCOUNT, False, 0, 10.0, 1.0), Verdict(ADDRESS, False, 0, 899.0, 300.0)]
    assert rate_limit_headers(verdicts)["Retry-After"] == "300"


def test_a_limit_for_less_than_a_second_has_a_window_of_one() -> None:
    headers = rate_limit_headers([Verdict(Bucket("quick", 1, 1000.0), True, 0, 0.001, 0.0)])
    assert headers == {"RateLimit-Policy": '"quick";q=1;w=1', "RateLimit": '"quick";r=0;t=1'}
