"""Who is asked for an edit: the rules of routing, with what all processes know of providers, limits and budgets."""

import logging
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from weakref import finalize

from rekindle.clock import Clock
from rekindle.infra.db.database import Database, Transaction
from rekindle.infra.limits.rules import Verdict
from rekindle.providers.asking import (
    Candidate,
    Conditions,
    Key,
    Offer,
    Ranking,
    Request,
    Standing,
    UnknownPrice,
    Weights,
)
from rekindle.providers.errors import ProviderError, RateLimited
from rekindle.providers.gates import Gates
from rekindle.providers.health import Circuit, Health, Rules
from rekindle.providers.protocol import Provider
from rekindle.providers.purse import Purse, Want
from rekindle.providers.records import FRESH_SECONDS, NEW, Record, Records
from rekindle.providers.routing import (
    BEING_PROBED,
    LEFT_ALONE,
    PRESETS,
    estimate_of,
    forbidden,
    offers_of,
    rank,
)
from rekindle.treatments.operations import Operation

log = logging.getLogger(__name__)

BUSY_SECONDS = 2.0
"""After how long to ask again where all places are taken: nobody knows when one will be free."""

LONGEST_PAUSE = 86_400.0
"""Seconds that a provider can ask for at most."""

Passage = AbstractAsyncContextManager[object]
"""Leave to make one call: entered before it, left when the edit is over."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a candidate may not be called now. It can be asked again in `after` seconds; None: not for this edit."""

    provider: str
    model: str
    reason: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator settled. `weights` by the name of the strategy; `engine_first`: strategies for which the engine
    of this machine is good enough to be asked first. What other processes learned may come `fresh` seconds late.
    """

    weights: Mapping[str, Weights] = field(default_factory=lambda: PRESETS["balanced"])
    rules: Rules = field(default_factory=Rules)
    local_only: bool = False
    unknown_price: UnknownPrice = "never"
    experimental: bool = False
    engine_first: frozenset[str] = frozenset()
    fresh: float = FRESH_SECONDS


class Choosing:
    """Ranks who can do an edit, lets calls through, and remembers how they ended."""

    def __init__(
        self, db: Database, providers: Sequence[Provider], *, gates: Gates, purse: Purse, policy: Policy, clock: Clock
    ) -> None:
        self._db = db
        self._offers = offers_of(providers)
        self._gates = gates
        self._purse = purse
        self._policy = policy
        self._clock = clock
        self._records = Records(db, fresh=policy.fresh)

    async def ranking(self, request: Request) -> Ranking:
        """Whom to ask for an edit, in this order, and who is left out. Only reads."""
        known, now = await self._records.known(), self._clock.now()
        names = dict.fromkeys(offer.provider.name for offer in self._offers if not offer.stays)
        standings = {name: await self._standing(name, known.get((name, "", ""), NEW), now) for name in names}
        operation = request.operation.value
        records = {key[:2]: record.health for key, record in known.items() if key[1] and key[2] == operation}
        conditions = replace(self._conditions(request), standings=standings, records=records)
        budget = await self._refused_by_budget(self._offers, request, conditions)
        return rank(self._offers, request, replace(conditions, budget=budget))

    async def admit(self, candidate: Candidate, request: Request, *, patience: float = 0.0) -> Passage | Refusal:
        """Leave to call a candidate now, right before the call, or why not.

        Enter what is returned at once (`async with`), and leave it when the edit is over: it holds a place at the
        provider, and the probe of a half-open circuit. With `patience` it waits so many seconds for a place and for the
        limits of calls, else it refuses at once and says after how long to come again.
        """
        offer = Offer(candidate.provider, candidate.model)
        provider = offer.provider.name
        if reason := forbidden(offer, replace(request, tried=frozenset()), self._conditions(request)):
            return Refusal(*offer.key, reason)
        if offer.stays:
            return AsyncExitStack()
        if not await self._gates.enter(provider, patience):
            return Refusal(*offer.key, "All its places are taken.", BUSY_SECONDS)
        stack = AsyncExitStack()
        # Also when it is dropped, as somebody who is stopped right after this may do: a place is never lost.
        stack.callback(finalize(stack, self._gates.leave, provider))
        try:
            refusal = await self._pass(stack, offer, request, patience)
        except BaseException:
            await stack.aclose()
            raise
        if refusal is None:
            return stack
        await stack.aclose()
        return refusal

    async def note(
        self, tx: Transaction, provider: str, model: str, operation: Operation, outcome: Literal["ok"] | ProviderError,
        seconds: float,
    ) -> None:  # fmt: skip
        """Remember how a call ended that took `seconds`, in the transaction that writes its end: once a call."""
        now = self._clock.now()
        at_large = (provider, "", "")
        if isinstance(outcome, RateLimited):
            before = await self._records.find(tx, at_large)
            until = now + timedelta(seconds=min(max(0.0, outcome.after), LONGEST_PAUSE))
            paused = replace(before, paused_until=max(until, before.paused_until or until))
            await self._records.change(tx, at_large, paused)
        if outcome != "ok" and not outcome.unhealthy:
            return
        for key in (at_large, (provider, model, operation.value)):
            before = await self._records.find(tx, key)
            after = _after(before.health, outcome, seconds, now, self._policy.rules)
            await self._records.change(tx, key, replace(before, health=after))
            if key == at_large and after.openings != before.health.openings:
                _tell(provider, after)

    def _conditions(self, request: Request) -> Conditions:
        """What the operator settled."""
        policy = self._policy
        return Conditions(
            weights=policy.weights.get(request.strategy, Weights()), local_only=policy.local_only,
            unknown_price=policy.unknown_price, experimental=policy.experimental,
            engine_first=request.strategy in policy.engine_first,
        )  # fmt: skip

    async def _refused_by_budget(
        self, offers: Iterable[Offer], request: Request, conditions: Conditions
    ) -> Mapping[Key, str]:
        """Of what could be asked otherwise, what may not be paid for."""
        asked = [each for each in offers if not each.stays and forbidden(each, request, conditions) is None]
        wants = [
            Want(offer.provider.name, estimate_of(offer.model, request) or 0, request.plan, request.user)
            for offer in asked
        ]  # fmt: skip
        if not wants:
            return {}
        verdicts = await self._purse.verdicts(wants)
        return {
            offer.key: verdict.reason or "There is no budget for it."
            for offer, verdict in zip(asked, verdicts, strict=True)
            if not verdict.allowed
        }

    async def _pass(self, stack: AsyncExitStack, offer: Offer, request: Request, patience: float) -> Refusal | None:
        """Go through every gate behind the place at the provider; what is held meanwhile goes onto `stack`."""
        provider = offer.provider.name
        if refusal := _closed(offer, await self._at_large(provider), self._clock.now()):
            return refusal
        again = replace(request, tried=frozenset())
        budget = await self._refused_by_budget([offer], again, self._conditions(request))
        if reason := budget.get(offer.key):
            return Refusal(*offer.key, reason)
        if reached := await self._gates.call(provider, patience):
            return Refusal(*offer.key, _reached(reached), reached.retry_after)
        if (await self._at_large(provider)).health.circuit(self._clock.now()) is Circuit.CLOSED:
            return None
        probe = await self._probe(provider)
        if isinstance(probe, str):
            return Refusal(*offer.key, probe, BUSY_SECONDS)
        if probe is not None:
            await stack.enter_async_context(self._probing(provider, probe))
        return None

    async def _probe(self, provider: str) -> datetime | str | None:
        """The probe of a circuit that is not closed; None where it has closed meanwhile, and a reason where another
        call has it.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            record = await self._records.find(tx, (provider, "", ""))
            if record.health.circuit(now) is Circuit.CLOSED:
                return None
            if (probing := record.health.probing(now, self._policy.rules)) is None:
                return BEING_PROBED
            await self._records.change(tx, (provider, "", ""), replace(record, health=probing))
            return probing.probe_until

    @asynccontextmanager
    async def _probing(self, provider: str, probe: datetime) -> AsyncGenerator[None]:
        """While the probe is under way. Afterwards another may try, if this one said nothing either way."""
        try:
            yield
        finally:
            async with self._db.transaction() as tx:
                record = await self._records.find(tx, (provider, "", ""))
                released = replace(record, health=record.health.released(probe))
                await self._records.change(tx, (provider, "", ""), released)

    async def _at_large(self, provider: str) -> Record:
        return (await self._records.known()).get((provider, "", ""), NEW)

    async def _standing(self, provider: str, record: Record, now: datetime) -> Standing:
        closed = None
        if pause := record.pause(now):
            closed = _asked_for_a_pause(pause)
        elif (reached := await self._gates.look(provider)) is not None:
            closed = _reached(reached)
        health = record.health
        return Standing(health.circuit(now), health.is_probed(now), self._gates.load(provider), closed)


def _after(
    before: Health, outcome: Literal["ok"] | ProviderError, seconds: float, now: datetime, rules: Rules
) -> Health:  # fmt: skip
    return before.succeeded(seconds) if outcome == "ok" else before.failed(outcome, now, rules)


def _closed(offer: Offer, record: Record, now: datetime) -> Refusal | None:
    """Whether the provider asked for a pause, or its circuit is open."""
    if pause := record.pause(now):
        return Refusal(*offer.key, _asked_for_a_pause(pause), pause)
    until = record.health.open_until
    if record.health.circuit(now) is Circuit.OPEN and until is not None:
        return Refusal(*offer.key, LEFT_ALONE, (until - now).total_seconds())
    return None


def _tell(provider: str, health: Health) -> None:
    if health.openings:
        log.warning(
            "%s failed %d times in a row: it is left alone until %s", provider, health.failures, health.open_until
        )
    else:
        log.info("%s works again", provider)


def _asked_for_a_pause(seconds: float) -> str:
    return f"It asked for a pause, for another {max(1, round(seconds))} s."


def _reached(verdict: Verdict) -> str:
    often = "day" if verdict.limit.name.endswith("day") else "minute"
    return f"It may be called {verdict.limit.quota} times a {often}, and has been."
