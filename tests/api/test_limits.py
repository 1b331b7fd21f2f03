"""Limits over HTTP: what counts for whom, and what clients are told."""

import re
import time
import uuid
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from rekindle.infra.limits.rules import Bucket, Verdict, Window
from rekindle.server.app import policies
from rekindle.server.limits import KINDS, SENTENCES, Kind, in_words, kind_of, refusal
from tests.api.accounts.people import Person, Town, new_address, town
from tests.api.conftest import API, Opening, Visitor, refused
from tests.factories import faded, jpeg, settings
from tests.valkey import valkey

PROXY = {"trusted_proxies": ["127.0.0.1"]}
ON = {"enabled": True, **PROXY}
SLOW = 0.001
"""Units a second: none comes back while a test runs."""


def change(visitor: Visitor, address: str = "192.0.2.1") -> httpx2.Response:
    """A request that changes nothing but counts as a change."""
    return visitor.http.delete(f"{API}/photos/{uuid.uuid4()}", headers={"X-Forwarded-For": address})


def at_once(times: int, call: Callable[[], httpx2.Response]) -> list[httpx2.Response]:
    with ThreadPoolExecutor(16) as pool:
        return [each.result() for each in [pool.submit(call) for _ in range(times)]]


# ── one account ──


def test_of_two_hundred_changes_at_once_exactly_ten_pass(visit: Opening) -> None:
    visitor = visit(worker=False, limits={**ON, "account_rate": SLOW})
    answers = at_once(200, lambda: change(visitor))
    assert sorted(answer.status_code for answer in answers) == [404] * 10 + [429] * 190
    problem = refused(next(answer for answer in answers if answer.status_code == 429), 429, "too_many_requests")
    assert "Try again in" in problem["detail"]


def test_a_limited_answer_says_what_is_left_and_when_to_come_back(visit: Opening) -> None:
    visitor = visit(worker=False, limits={**ON, "account_burst": 2, "account_rate": 0.01})
    first, second, third = (change(visitor) for _ in range(3))
    assert [answer.status_code for answer in (first, second, third)] == [404, 404, 429]
    assert first.headers["ratelimit-policy"] == '"account";q=2;w=200'
    assert re.fullmatch(r'"account";r=1;t=\d+', first.headers["ratelimit"])
    assert "retry-after" not in first.headers
    assert third.headers["ratelimit"].startswith('"account";r=0;')
    assert 90 <= int(third.headers["retry-after"]) <= 100
    assert third.headers["ratelimit"].endswith(f"t={third.headers['retry-after']}")


def test_whoever_waits_as_long_as_was_told_passes(visit: Opening) -> None:
    visitor = visit(worker=False, limits={**ON, "account_burst": 1, "account_rate": 2})
    assert [change(visitor).status_code for _ in range(2)] == [404, 429]
    time.sleep(1.0)
    assert change(visitor).status_code == 404


def test_looking_is_never_limited(visit: Opening) -> None:
    visitor = visit(worker=False, limits={**ON, "account_burst": 1, "account_rate": SLOW})
    photo = visitor.upload()
    for path in ("/photos", f"/photos/{photo['id']}", "/jobs", "/capabilities", "/health"):
        for _ in range(15):
            answer = visitor.http.get(API + path)
            assert answer.status_code == 200
            assert "ratelimit" not in answer.headers
    for _ in range(15):
        assert visitor.http.get(photo["preview_url"]).status_code == 200


def test_twenty_photos_are_sent_and_asked_for_within_the_limits(visit: Opening) -> None:
    visitor = visit(worker=False, limits=ON)
    sent = [visitor.upload(jpeg(faded(64, 48, seed))) for seed in range(20)]
    waited = 0.0
    for photo in sent:
        answer = visitor.try_submit(photo["id"])
        while answer.status_code == 429:
            waited += int(answer.headers["retry-after"])
            time.sleep(int(answer.headers["retry-after"]))
            answer = visitor.try_submit(photo["id"])
        assert answer.status_code == 202
    assert waited <= 12


def test_photos_are_counted_for_themselves(visit: Opening) -> None:
    visitor = visit(worker=False, limits={**ON, "account_burst": 1, "account_uploads": 3})
    answers = [visitor.try_upload(jpeg()) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert answers[0].headers["ratelimit-policy"] == '"account-uploads";q=3;w=3600'
    refused(answers[3], 429, "too_many_requests")


def test_at_home_nothing_is_limited(visit: Opening) -> None:
    visitor = visit(worker=False)
    answers = at_once(40, lambda: change(visitor))
    assert {answer.status_code for answer in answers} == {404}
    assert all("ratelimit" not in answer.headers for answer in answers)


# ── guests, and who has no account ──


@contextmanager
def limited_town(folder: Path, **limits: Any) -> Generator[Town]:
    with town(folder, limits={**ON, **limits}) as made:
        yield made


def guest_from(made: Town, address: str) -> Person:
    """A new guest who comes from this address."""
    guest = made.person(**{"X-Forwarded-For": address})
    guest.become_guest()
    return guest


def send(person: Person) -> int:
    headers = {"Content-Type": "image/jpeg"}
    return person.http.post("/photos", content=TINY, headers=headers).status_code


TINY = jpeg(faded(32, 24))


def test_photos_of_guests_are_counted_by_address_whoever_they_say_they_are(tmp_path: Path) -> None:
    with limited_town(tmp_path, address_uploads=3) as made:
        first, second = guest_from(made, "192.0.2.1"), guest_from(made, "192.0.2.1")
        assert [send(person) for person in (first, second, first, second)] == [201, 201, 201, 429]
        assert send(guest_from(made, "192.0.2.2")) == 201
        second.sign_up(new_address())
        assert send(second) == 201
        assert send(first) == 429


def test_addresses_of_one_ipv6_network_count_as_one(tmp_path: Path) -> None:
    with limited_town(tmp_path, address_uploads=2) as made:
        people = [guest_from(made, f"2001:db8::{number}") for number in (1, 2, 3)]
        assert [send(person) for person in people] == [201, 201, 429]
        assert send(guest_from(made, "2001:db8:0:1::1")) == 201


def test_guests_have_a_number_of_photos_a_day_from_one_address(tmp_path: Path) -> None:
    with limited_town(tmp_path, address_jobs=2) as made:
        answers: list[httpx2.Response] = []
        for _ in range(3):
            guest = guest_from(made, "192.0.2.1")
            body = {"photo_id": guest.upload(TINY)["id"], "operation": "restore", "options": {}}
            answers.append(guest.http.post("/jobs", json=body, headers={"Idempotency-Key": uuid.uuid4().hex}))
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert "Sign up" in refused(answers[2], 429, "too_many_requests")["detail"]


def test_whoever_is_not_known_is_counted_by_address(tmp_path: Path) -> None:
    with limited_town(tmp_path, address_requests=5) as made:
        nobody, other = (made.person(**{"X-Forwarded-For": address}) for address in ("192.0.2.1", "192.0.2.2"))
        wrong = made.person(**{"X-Forwarded-For": "192.0.2.1", "Authorization": "Bearer rk_wrong"})
        statuses = [person.http.get("/photos").status_code for person in (nobody, nobody, wrong, wrong, nobody, wrong)]
        assert statuses == [401] * 5 + [429]
        assert other.http.get("/photos").headers["ratelimit-policy"] == '"address";q=5;w=900'
        for path in ("/capabilities", "/health", "/me", "/plans"):
            assert nobody.http.get(path).status_code == 200


def test_a_guest_may_look_as_often_as_the_page_does(tmp_path: Path) -> None:
    with limited_town(tmp_path, address_requests=3) as made:
        guest = guest_from(made, "192.0.2.1")
        photo = guest.upload(TINY)
        assert [guest.http.get(f"/photos/{photo['id']}").status_code for _ in range(20)] == [200] * 20
        assert [guest.http.get("/jobs?status=running").status_code for _ in range(20)] == [200] * 20
        corners = [guest.http.delete(f"/photos/{photo['id']}/corners").status_code for _ in range(4)]
        assert corners == [200, 200, 200, 429]


def test_changes_of_a_guest_count_for_the_guest_and_for_the_address(tmp_path: Path) -> None:
    with limited_town(tmp_path) as made:
        answer = guest_from(made, "192.0.2.1").http.delete(f"/photos/{uuid.uuid4()}")
        assert answer.headers["ratelimit-policy"] == '"account";q=10;w=10, "address";q=100;w=900'


def test_the_password_of_one_account_can_be_tried_a_few_times_from_wherever(tmp_path: Path) -> None:
    with limited_town(tmp_path, email_attempts=4) as made:
        spellings = ["Ada@example.org", " ada@example.org", "ada@example.org ", "ADA@EXAMPLE.ORG", "ada@example.org"]
        statuses: list[int] = []
        for number, email in enumerate(spellings):
            person = made.person(**{"X-Forwarded-For": f"192.0.2.{number}"})
            statuses.append(person.try_log_in(email).status_code)
        assert statuses[-1] == 429
        assert 429 not in statuses[:-1]
        assert made.person(**{"X-Forwarded-For": "192.0.2.9"}).try_log_in("bob@example.org").status_code == 401


def test_attempts_from_one_address_are_counted_together(tmp_path: Path) -> None:
    with limited_town(tmp_path, address_attempts=3) as made:
        person = made.person(**{"X-Forwarded-For": "192.0.2.1"})
        assert person.try_log_in("a@example.org").status_code == 401
        assert person.http.post("/account/password-reset", json={"email": "b@example.org"}).status_code == 202
        assert person.http.post("/guests").status_code == 201
        for call in (lambda: person.try_log_in("c@example.org"), lambda: person.http.post("/account", json={})):
            refused(call(), 429, "too_many_requests")


def test_only_a_trusted_proxy_says_where_somebody_is(tmp_path: Path) -> None:
    with town(tmp_path, limits={"enabled": True, "address_uploads": 2}) as made:
        people = [guest_from(made, f"192.0.2.{number}") for number in (1, 2, 3)]
        assert [send(person) for person in people] == [201, 201, 429]


# ── several processes ──


def test_two_servers_on_one_redis_share_a_limit_and_each_keeps_it_when_redis_is_gone(
    visit: Opening, tmp_path: Any
) -> None:
    from tests.factories import live  # noqa: PLC0415

    with valkey() as server:
        limits = {**ON, "account_rate": SLOW, "redis_url": server.url}
        first = visit(worker=False, limits=limits)
        with live(settings(tmp_path / "second", limits=limits), worker=False) as second:
            other = Visitor(second)
            answers = [change(visitor) for visitor in (first, other) * 10]
            assert sum(answer.status_code == 404 for answer in answers) == 10
            server.kill()
            answers = [change(visitor) for visitor in (first, other) * 20]
            # Five of each were taken before; each process goes on alone with what it has seen itself.
            assert [sum(a.status_code == 404 for a in answers[place::2]) for place in (0, 1)] == [5, 5]


# ── the tables ──


def test_every_route_that_is_special_to_the_limits_is_there(visitor: Visitor) -> None:
    app: Any = visitor.at._server.config.app
    assert sorted(key for key in KINDS if key not in policies(app)) == []


def test_every_operation_that_changes_something_counts() -> None:
    free = {key for key, kind in KINDS.items() if kind in (Kind.FREE, Kind.READ) and key[0] != "GET"}
    assert free == {("POST", f"{API}/billing/webhook")}
    assert kind_of("PATCH", "/anything") is Kind.WORK


def test_every_limit_has_a_sentence(visitor: Visitor) -> None:
    from rekindle.wiring.limits import Limits  # noqa: PLC0415

    allowances = visitor.at.services.get(Limits).allowances
    names = {getattr(allowances, name).name for name in allowances.__slots__}
    assert names == set(SENTENCES)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (59, "59 seconds"), (119, "119 seconds"), (120, "2 minutes"), (121, "3 minutes"),
     (7199, "120 minutes"), (7200, "2 hours"), (86_399, "24 hours")],
)  # fmt: skip
def test_a_wait_is_told_in_words_that_never_are_too_short(seconds: int, words: str) -> None:
    assert in_words(seconds) == words


def test_a_refusal_says_when_to_come_back_in_whole_seconds() -> None:
    error = refusal(Verdict(Bucket("account", 10, 1.0), False, 0, 10.0, 0.2))
    assert (error.status, error.retry_after) == (429, 1)
    assert error.message == "That was more at once than an account may do. Try again in 1 second."
    assert refusal(Verdict(Window("attempts", 1, 900.0), False, 0, 900.0, 899.01)).retry_after == 900
