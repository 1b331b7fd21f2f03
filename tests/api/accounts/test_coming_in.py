"""Coming in and going out: guests, accounts, cookies, and the mails that lead back."""

from pathlib import Path
from typing import Any

import pytest

from tests.api.accounts.conftest import OPERATOR
from tests.api.accounts.people import WORDS, Town, new_address, town
from tests.api.conftest import API, Visitor, refused

COOKIE = "rekindle_session"
ROUTES_OF_ACCOUNTS = [
    ("POST", "/guests", None),
    ("POST", "/account", {"email": "ada@example.org", "password": WORDS}),
    ("DELETE", "/account", {"password": None}),
    ("GET", "/account/export", None),
    ("POST", "/account/verification", {"link": "rv_"}),
    ("POST", "/account/verification/mail", None),
    ("POST", "/account/password-reset", {"email": "ada@example.org"}),
    ("PUT", "/account/password", {"link": "rr_", "password": WORDS}),
    ("POST", "/session", {"email": "ada@example.org", "password": WORDS}),
    ("DELETE", "/session", None),
    ("GET", "/api-keys", None),
    ("POST", "/api-keys", {"name": "laptop", "scopes": ["read"]}),
    ("DELETE", "/api-keys/018f0000-0000-7000-8000-000000000000", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES_OF_ACCOUNTS)
def test_at_home_there_are_no_accounts(idle: Visitor, method: str, path: str, body: Any) -> None:
    problem = refused(idle.http.request(method, API + path, json=body), 409, "no_accounts")
    assert "REKINDLE_ACCOUNTS__ENABLED=true" in problem["detail"]


def test_at_home_whoever_comes_is_the_owner(idle: Visitor) -> None:
    me = idle.get("/me")
    assert (me["mode"], me["guests"], me["logins"]) == ("home", False, [])
    assert me["user"]["role"] == "operator"
    assert me["user"]["plan"]["name"] == "home"
    assert me["user"]["plan"]["monthly_credits"] is None


def test_a_stranger_is_told_what_there_is_and_that_nobody_knows_them(town: Town) -> None:
    me = town.person().http.get("/me").json()
    assert me == {"mode": "accounts", "guests": True, "logins": [], "billing": False, "user": None}
    refused(town.person().http.get("/photos"), 401, "not_logged_in")


def test_who_signs_up_is_in_and_gets_a_mail(town: Town) -> None:
    ada, email = town.person(), new_address()
    user = ada.sign_up(email.upper())
    assert (user["role"], user["email"], user["verified"]) == ("user", email, False)
    assert user["plan"]["name"] == "free"
    assert ada.me() == user
    (mail,) = town.post.to(email)
    assert "Rekindle" in mail["From"]
    assert f"{town.at.url}/#/verify/rv_" in mail.get_content()
    verified = ada.http.post("/account/verification", json={"link": town.post.link(email)}).json()
    assert (verified["id"], verified["verified"]) == (user["id"], True)
    assert ada.me() == verified


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(town: Town) -> None:
    answer = town.person().http.post("/guests")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=rs_")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert answer.headers["cache-control"] == "no-store"


def test_where_people_come_by_https_the_cookie_is_bound_to_it_and_to_the_host(tmp_path: Path) -> None:
    with town(tmp_path, server={"public_url": "https://photos.example.org"}) as secure:
        answer = secure.person().http.post("/account", json={"email": "ada@example.org", "password": WORDS})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"__Host-{COOKIE}=rs_")
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert "https://photos.example.org/#/verify/rv_" in secure.post.to("ada@example.org")[0].get_content()
        name, _, value = cookie.partition(";")[0].partition("=")
        assert secure.person(Cookie=f"{name}={value}").me() is not None
        assert secure.person(Cookie=f"{COOKIE}={value}").me() is None


def test_a_page_of_another_site_cannot_log_anybody_in_or_out(town: Town) -> None:
    ada, email = town.person(), new_address()
    ada.sign_up(email)
    foreign = {"Origin": "https://evil.example"}
    refused(ada.http.delete("/session", headers=foreign), 403, "foreign_origin")
    body = {"email": email, "password": WORDS}
    refused(town.person().http.post("/session", json=body, headers=foreign), 403, "foreign_origin")
    assert ada.me()


def test_logging_out_ends_this_session_and_takes_the_cookie(town: Town) -> None:
    ada, email = town.person(), new_address()
    ada.sign_up(email)
    other = town.person()
    other.log_in(email)
    session = ada.http.cookies[COOKIE]
    assert ada.http.delete("/session").status_code == 204
    assert COOKIE not in ada.http.cookies
    assert ada.me() is None
    assert town.person(Cookie=f"{COOKIE}={session}").me() is None
    assert other.me()
    assert ada.http.delete("/session").status_code == 204


def test_a_session_that_ended_does_not_keep_anybody_from_logging_in(town: Town) -> None:
    email = new_address()
    town.person().sign_up(email)
    stale = town.person(Cookie=f"{COOKIE}=rs_{'0' * 49}")
    refused(stale.http.get("/photos"), 401, "not_logged_in")
    assert stale.me() is None
    assert stale.log_in(email)["email"] == email


@pytest.mark.parametrize("password", ["five grandmothers in a boat", "", "x" * 900])
def test_a_wrong_password_and_an_unknown_address_look_the_same(town: Town, password: str) -> None:
    email = new_address()
    town.person().sign_up(email)
    known = refused(town.person().try_log_in(email, password), 401, "wrong_login")
    unknown = refused(town.person().try_log_in(new_address(), password), 401, "wrong_login")
    assert known["detail"] == unknown["detail"]


def test_an_address_can_sign_up_once(town: Town) -> None:
    email = new_address()
    town.person().sign_up(email)
    answer = town.person().http.post("/account", json={"email": email.upper(), "password": WORDS})
    refused(answer, 409, "email_taken")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"email": "nobody", "password": WORDS}, "bad_email"),
        ({"email": "ada@example.org", "password": "short"}, "weak_password"),
        ({"email": "ada@example.org", "password": "x" * 1001}, "invalid_request"),
        ({"email": "ada@example.org"}, "invalid_request"),
        ({"email": "ada@example.org", "password": WORDS, "role": "operator"}, "invalid_request"),
        ({"email": "ada@example.org", "password": WORDS, "plan": "forever"}, "invalid_request"),
    ],
)
def test_a_bad_sign_up_is_refused_and_never_repeats_the_password(town: Town, body: Any, code: str) -> None:
    answer = town.person().http.post("/account", json=body)
    refused(answer, 422, code)
    assert body.get("password", "password") not in answer.text.replace("/password", "")


def test_the_mail_with_the_link_can_be_asked_for_again(town: Town) -> None:
    ada, email = town.person(), new_address()
    ada.sign_up(email)
    first = town.post.link(email)
    assert ada.http.post("/account/verification/mail").status_code == 202
    second = town.post.link(email, number=2)
    assert first != second
    assert ada.http.post("/account/verification", json={"link": second}).json()["verified"]
    refused(ada.http.post("/account/verification", json={"link": second}), 422, "link_ended")
    assert ada.http.post("/account/verification/mail").status_code == 202
    assert len(town.post.to(email)) == 2


def test_a_forgotten_password_is_set_anew_by_a_link_and_everybody_is_logged_out(town: Town) -> None:
    ada, email = town.person(), new_address()
    ada.sign_up(email)
    assert ada.http.post("/account/password-reset", json={"email": email.upper()}).status_code == 202
    link = town.post.link(email, number=2)
    assert f"{town.at.url}/#/reset/{link}" in town.post.to(email)[1].get_content()
    body = {"link": link, "password": "another long password"}
    assert ada.http.put("/account/password", json=body).status_code == 204
    assert ada.me() is None
    refused(ada.try_log_in(email), 401, "wrong_login")
    assert ada.log_in(email, "another long password")["verified"]
    refused(ada.http.put("/account/password", json=body), 422, "link_ended")


def test_nobody_learns_from_a_reset_whether_an_address_has_an_account(town: Town) -> None:
    known, unknown = new_address(), new_address()
    town.person().sign_up(known)
    answers = [town.person().http.post("/account/password-reset", json={"email": each}) for each in (known, unknown)]
    assert [(answer.status_code, answer.text) for answer in answers] == [(202, answers[0].text)] * 2
    town.post.to(known, number=2)
    assert not [mail for mail in town.post.mails if mail["To"] == unknown]


def test_an_operator_is_one_once_the_address_is_proven(town: Town) -> None:
    boss = town.person()
    assert boss.sign_up(OPERATOR)["role"] == "user"
    verified = boss.http.post("/account/verification", json={"link": town.post.link(OPERATOR)}).json()
    assert verified["role"] == "operator"
    assert boss.me() == verified


def test_a_guest_comes_in_without_an_account_and_stays_the_same(town: Town) -> None:
    guest = town.person()
    user = guest.become_guest()
    assert (user["role"], user["email"], user["plan"]["name"]) == ("guest", None, "guest")
    again = guest.http.post("/guests")
    assert again.json() == user
    assert "set-cookie" not in again.headers


def test_a_guest_who_signs_up_stays_the_same_with_a_new_session(town: Town) -> None:
    guest, email = town.person(), new_address()
    before, session = guest.become_guest(), guest.http.cookies[COOKIE]
    after = guest.sign_up(email)
    assert (after["id"], after["role"], after["plan"]["name"]) == (before["id"], "user", "free")
    assert guest.http.cookies[COOKIE] != session
    assert town.person(Cookie=f"{COOKIE}={session}").me() is None


def test_where_guests_are_not_wanted_they_are_told_so(tmp_path: Path) -> None:
    with town(tmp_path, accounts={"guests": False}) as strict:
        assert strict.person().http.get("/me").json()["guests"] is False
        refused(strict.person().http.post("/guests"), 403, "guests_off")


@pytest.mark.parametrize(("method", "path"), [("GET", "/api-keys"), ("GET", "/account/export"), ("DELETE", "/account")])
def test_guests_have_no_account_to_change(town: Town, method: str, path: str) -> None:
    guest = town.person()
    guest.become_guest()
    answer = guest.http.request(method, path, json={} if method == "DELETE" else None)
    assert "Sign up first" in refused(answer, 403, "not_allowed")["detail"]


def test_who_signs_up_while_the_mail_server_is_gone_is_in_all_the_same(tmp_path: Path) -> None:
    with town(tmp_path, mail={"port": 9, "seconds": 2.0}) as cut_off:
        ada = cut_off.person()
        ada.sign_up("ada@example.org")
        assert ada.http.post("/account/verification/mail").status_code == 202
        assert ada.me()


def test_the_login_of_a_proxy_on_the_way_is_not_ours(town: Town) -> None:
    assert town.person(Authorization="Basic YWRhOnNlY3JldA==").me() is None
    assert town.person(Authorization="Basic YWRhOnNlY3JldA==").become_guest()["role"] == "guest"
