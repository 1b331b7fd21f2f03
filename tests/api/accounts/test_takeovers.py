"""Accounts that somebody made, or saved a key to, before their owner came: they stay useless to whoever did."""

import pytest

from tests.api.accounts.people import WORDS, Town, new_address
from tests.api.conftest import refused

OTHER_WORDS = "five grandfathers on a raft"


def test_the_link_in_a_mail_proves_nothing_for_whoever_made_the_account_with_an_address_of_others(town: Town) -> None:
    mallory, email = town.person(), new_address()
    mallory.sign_up(email)
    grace = town.person()
    for come in (lambda: None, grace.become_guest, lambda: grace.sign_up(new_address())):
        come()
        answer = grace.http.post("/account/verification", json={"link": town.post.link(email)})
        assert "new password" in refused(answer, 401, "not_logged_in")["detail"]
    me = mallory.me()
    assert me is not None
    assert not me["verified"]


def test_a_link_that_was_opened_in_another_browser_works_once_one_is_logged_in_there(town: Town) -> None:
    laptop, phone, email = town.person(), town.person(), new_address()
    user = laptop.sign_up(email)
    link = {"link": town.post.link(email)}
    refused(phone.http.post("/account/verification", json=link), 401, "not_logged_in")
    phone.log_in(email)
    proven = phone.http.post("/account/verification", json=link).json()
    assert (proven["id"], proven["verified"]) == (user["id"], True)


def test_a_key_does_not_prove_the_address_of_its_account(town: Town) -> None:
    mallory, email = town.person(), new_address()
    mallory.sign_up(email)
    program = town.program(mallory.make_key()["key"])
    answer = program.http.post("/account/verification", json={"link": town.post.link(email)})
    refused(answer, 401, "not_logged_in")


def test_a_new_password_ends_every_other_link_to_set_one(town: Town) -> None:
    ada, email = town.person(), new_address()
    ada.sign_up(email)
    for _ in range(2):
        assert ada.http.post("/account/password-reset", json={"email": email}).status_code == 202
    first, second = town.post.link(email, number=2), town.post.link(email, number=3)
    body = {"link": second, "password": OTHER_WORDS}
    assert ada.http.put("/account/password", json=body).status_code == 204
    again = ada.http.put("/account/password", json={"link": first, "password": WORDS})
    refused(again, 422, "link_ended")
    assert ada.log_in(email, OTHER_WORDS)["email"] == email


@pytest.mark.parametrize(
    "pair", [("stra\u00dfe.example.org", "strasse.example.org"), ("\u212aelvin.example.org", "kelvin.example.org")]
)
def test_addresses_that_only_look_alike_to_a_computer_are_two(town: Town, pair: tuple[str, str]) -> None:
    name = new_address().partition("@")[0]
    first = town.person().sign_up(f"{name}@{pair[0]}")
    second = town.person().sign_up(f"{name}@{pair[1]}")
    assert first["id"] != second["id"]
