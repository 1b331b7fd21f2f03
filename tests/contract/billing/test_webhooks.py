"""Events as they are delivered: signatures, repetitions, crashes, events that never come, and Stripe not answering."""

import asyncio
import json
import time
from typing import Any

import pytest
import stripe

from rekindle.billing.port import BadSignature, PaymentsUnavailable
from rekindle.billing.tables import CustomerRow, SearchRow
from rekindle.billing.webhooks import Webhooks, WebhooksOff
from tests.contract.billing.desk import MONTH, Desk, Event, Shop, payments_at, signed
from tests.simulators.stripe.server import SECRET


async def bought(shop: Shop) -> Event:
    await shop.top_up("small")
    return next(each for each in await shop.all_events() if each["type"] == "checkout.session.completed")


def header(body: str, *, secret: str = SECRET, age: int = 0) -> str:
    return stripe.WebhookSignature.generate_signature_header(body, secret, int(time.time()) - age)


@pytest.mark.parametrize(
    "kind",
    ["wrong secret", "too old", "spelled anew", "one byte more", "no header", "no sense", "no time", "old scheme"],
)
async def test_what_is_not_signed_as_it_is_leaves_nothing(shop: Shop, kind: str) -> None:
    event = await bought(shop)
    body = json.dumps(event, indent=2)
    good = header(body)
    sent: dict[str, tuple[str, str]] = {
        "wrong secret": (body, header(body, secret="whsec_other")),
        "too old": (body, header(body, age=301)),
        "spelled anew": (json.dumps(json.loads(body)), good),
        "one byte more": (body + " ", good),
        "no header": (body, ""),
        "no sense": (body, "nonsense"),
        "no time": (body, good.partition(",")[2]),
        "old scheme": (body, good.replace("v1=", "v0=")),
    }
    with pytest.raises(BadSignature):
        await shop.desk.webhooks.take(sent[kind][0].encode(), sent[kind][1])
    assert (await shop.desk.events(), await shop.desk.has()) == (0, (0, 0))


@pytest.mark.parametrize("body", ["\xff\xfe", "[]", "{}", '"text"', '{"object": "v2.core.event"}', "not json"])
async def test_what_is_signed_and_no_event_leaves_nothing(shop: Shop, body: str) -> None:
    raw = body.encode("latin-1")
    signature = header(body) if body.isascii() else "t=1,v1=0"
    with pytest.raises(BadSignature):
        await shop.desk.webhooks.take(raw, signature)
    assert await shop.desk.events() == 0


async def test_a_good_signature_among_others_is_enough(shop: Shop) -> None:
    event = await bought(shop)
    body = json.dumps(event)
    both = header(body, secret="whsec_old") + "," + header(body).partition(",")[2]
    await shop.desk.webhooks.take(body.encode(), both)
    assert await shop.desk.has() == (10, 0)


async def test_without_a_secret_nothing_is_taken(shop: Shop) -> None:
    event = await bought(shop)
    deaf = Webhooks(shop.desk.db, shop.desk.till, signed=False)
    body = json.dumps(event)
    with pytest.raises(WebhooksOff):
        await deaf.take(body.encode(), header(body, secret=""))
    with pytest.raises(WebhooksOff):
        await Webhooks(shop.desk.db, None, signed=True).take(*signed(event))
    assert await shop.desk.events() == 0


async def test_what_means_nothing_here_is_noted_and_that_is_all(shop: Shop) -> None:
    event = await bought(shop)
    strange = {**event, "id": "evt_strange", "type": "price.created"}
    unknown = {**event, "id": "evt_unknown", "type": "something.of.the.future"}
    await shop.desk.deliver([strange, unknown, unknown])
    assert (await shop.desk.events(), await shop.desk.has()) == (2, (0, 0))


async def test_events_about_strangers_are_noted_and_nothing_else(shop: Shop) -> None:
    v1 = shop.shopper.v1
    shop.shopper.subscribed(shop.shopper.price(999), customer=v1.customers.create({"email": "x@example.com"}).id)
    shop.shopper.bought(shop.shopper.price(499, None))
    sent: Any = {"metadata": {"rekindle_user": "nonsense"}}
    shop.shopper.subscribed(shop.shopper.price(999), customer=v1.customers.create(sent).id)
    await shop.tell()
    assert await shop.desk.events() == shop.told
    assert await shop.desk.has() == (0, 0)


async def test_an_event_again_and_again_is_one(shop: Shop) -> None:
    event = await bought(shop)
    await asyncio.gather(*(shop.desk.deliver([event]) for _ in range(16)))
    assert (await shop.desk.events(), await shop.desk.has()) == (1, (10, 0))


@pytest.mark.parametrize("wait", [0.0, 0.002, 0.01, 0.03, 0.06, 0.12])
async def test_cut_off_at_any_moment_and_delivered_again_it_counts_once(shop: Shop, wait: float) -> None:
    event = await bought(shop)
    cut = asyncio.create_task(shop.desk.deliver([event]))
    await asyncio.sleep(wait)
    cut.cancel()
    await asyncio.gather(cut, return_exceptions=True)
    assert (await shop.desk.events(), (await shop.desk.has())[0]) in {(0, 0), (1, 10)}
    await shop.desk.deliver([event])
    assert (await shop.desk.events(), await shop.desk.has()) == (1, (10, 0))


async def test_while_stripe_does_not_answer_an_event_is_not_taken_and_may_come_again(shop: Shop) -> None:
    event = await bought(shop)
    await asyncio.to_thread(shop.simulator.fail, 500, times=3)
    with pytest.raises(PaymentsUnavailable):
        await shop.desk.deliver([event])
    assert await shop.desk.events() == 0
    await shop.desk.deliver([event])
    assert await shop.desk.has() == (10, 0)


async def test_a_customer_that_was_made_and_not_noted_is_recognised(shop: Shop) -> None:
    event = await bought(shop)
    async with shop.desk.db.transaction() as tx:
        await tx.delete(await tx.get_one(CustomerRow, shop.desk.user.id))
    await shop.desk.deliver([event])
    assert await shop.desk.has() == (10, 0)


# ── what never came ──


async def test_what_never_came_is_found_once_by_two_searches_at_the_same_time(shop: Shop) -> None:
    desk = shop.desk
    beside = Desk(desk.db, desk.clock, desk.user, payments_at(shop.simulator))
    await shop.subscribe("remember")
    await shop.top_up("small")
    found = await asyncio.gather(desk.sweep.missed(), beside.sweep.missed())
    assert sum(found) > 0
    assert (await desk.plan(), await desk.has()) == ("remember", (35, 0))
    assert await desk.sweep.missed() == 0
    events = await desk.events()
    await shop.tell()
    assert await desk.has() == (35, 0)
    assert await desk.events() > events  # those that mean nothing were not searched for


async def test_a_search_that_fails_begins_there_again(shop: Shop) -> None:
    desk = shop.desk
    await shop.top_up("small")
    await asyncio.to_thread(shop.simulator.fail, 500, times=3)
    with pytest.raises(PaymentsUnavailable):
        await desk.sweep.missed()
    async with desk.db.reading() as tx:
        assert await tx.get(SearchRow, "events") is None
    assert await desk.sweep.missed() == 1
    desk.clock.advance(days=2)
    await asyncio.to_thread(shop.simulator.skip, 2 * 86400)
    await shop.top_up("small")
    assert await desk.sweep.missed() == 1
    assert await desk.has() == (20, 0)


async def test_a_plan_that_ended_unheard_is_noticed_when_its_time_is_over(shop: Shop) -> None:
    desk = shop.desk
    await shop.subscribe("remember")
    await shop.tell()
    await desk.billing.end(desk.user, ends=True)
    await shop.pass_time(MONTH)
    assert await desk.plan() == "remember"
    assert await desk.sweep.look() == 1
    assert (await desk.plan(), await desk.has()) == ("free", (0, 0))
    assert await desk.sweep.look() == 0


async def test_a_renewal_unheard_is_noticed_too_and_by_two_at_once(shop: Shop) -> None:
    desk = shop.desk
    beside = Desk(desk.db, desk.clock, desk.user, payments_at(shop.simulator))
    await shop.subscribe("remember")
    await shop.tell()
    await shop.pass_time(MONTH)
    await asyncio.gather(desk.sweep.look(), beside.sweep.look())
    assert await desk.has() == (50, 0)
