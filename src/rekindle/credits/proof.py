"""The proof that the books are right: each invariant with its sums, for one account or for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from rekindle.credits.ledger import Bucket, Head, Lot, Totals
from rekindle.credits.records import entries_of, lot_of
from rekindle.credits.replay import Held, Replay
from rekindle.credits.tables import BalanceRow, EntryRow, GrantRow, HoldRow, MoveRow
from rekindle.infra.db.database import Transaction


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: whether it holds, and the numbers from which that follows, amounts in milli-credits."""

    name: str
    holds: bool
    sums: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Proof:
    """All invariants."""

    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether every one of them holds."""
        return all(check.holds for check in self.checks)

    def broken(self) -> list[Check]:
        """Those that do not."""
        return [check for check in self.checks if not check.holds]


async def prove(tx: Transaction, account_id: UUID | None = None) -> Proof:
    """Look at every entry of an account, or of all accounts, and say whether the books are right."""
    buckets = await _buckets(tx, account_id)
    checks = [
        _conserved(buckets),
        await _cached(tx, account_id, buckets),
        await _balanced(tx, account_id),
        await _holds_end_once(tx, account_id, buckets),
        await _keys(tx, account_id),
        await _apart(tx, account_id),
        await _rebuilt(tx, account_id),
    ]
    return Proof(tuple(checks))


def _of(column: InstrumentedAttribute[UUID], account_id: UUID | None) -> ColumnElement[bool]:
    return true() if account_id is None else column == account_id


async def _numbers(
    tx: Transaction, names: str, *columns: ColumnElement[int], where: ColumnElement[bool]
) -> dict[str, int]:
    row = (await tx.execute(select(*columns).where(where))).one()
    return {name: int(value or 0) for name, value in zip(names.split(), row, strict=True)}


async def _buckets(tx: Transaction, account_id: UUID | None) -> dict[str, int]:
    """What is in each bucket by the moves of the entries."""
    query = select(MoveRow.source, MoveRow.target, func.sum(MoveRow.amount)).join(
        EntryRow, EntryRow.id == MoveRow.entry_id
    )
    moved = await tx.execute(query.where(_of(EntryRow.account_id, account_id)).group_by(MoveRow.source, MoveRow.target))
    found = {bucket.value: 0 for bucket in Bucket}
    for source, target, amount in moved:
        found[source] -= int(amount)
        found[target] += int(amount)
    return found


def _conserved(buckets: Mapping[str, int]) -> Check:
    """What was issued and what is owed is available, held, spent, expired or withdrawn: all buckets sum up to 0."""
    return Check("value_is_conserved", sum(buckets.values()) == 0, {**buckets, "sum": sum(buckets.values())})


async def _cached(tx: Transaction, account_id: UUID | None, buckets: Mapping[str, int]) -> Check:
    """The balances say what the entries say, and none is negative; whoever owes has nothing available."""
    found = await _numbers(
        tx, "available held debt least both",
        func.sum(BalanceRow.available), func.sum(BalanceRow.held), func.sum(BalanceRow.debt),
        func.min(BalanceRow.available), func.sum(BalanceRow.available * BalanceRow.debt),
        where=_of(BalanceRow.account_id, account_id),
    )  # fmt: skip
    negative = or_(EntryRow.available < 0, EntryRow.held < 0, EntryRow.debt < 0)
    below = await _numbers(tx, "below", func.count(), where=negative & _of(EntryRow.account_id, account_id))
    moved = (buckets["available"], buckets["held"], -buckets["debt"])
    same = (found["available"], found["held"], found["debt"]) == moved
    sums = {**found, **below, "available_moved": moved[0], "held_moved": moved[1], "debt_moved": moved[2]}
    return Check("balances_are_the_entries", same and found["least"] >= 0 and not found["both"] + below["below"], sums)


async def _balanced(tx: Transaction, account_id: UUID | None) -> Check:
    """Each entry moves what it says."""
    moved = select(func.coalesce(func.sum(MoveRow.amount), 0)).where(MoveRow.entry_id == EntryRow.id).scalar_subquery()
    mine = _of(EntryRow.account_id, account_id)
    sums = await _numbers(tx, "entries amount", func.count(), func.sum(EntryRow.amount), where=mine)
    wrong = await _numbers(tx, "unbalanced", func.count(EntryRow.id), where=mine & (EntryRow.amount != moved))
    return Check("every_entry_is_balanced", not wrong["unbalanced"], sums | wrong)


async def _holds_end_once(tx: Transaction, account_id: UUID | None, buckets: Mapping[str, int]) -> Check:
    """Open holds are what is held; each ended hold has one entry that ended it, and no open one has any."""
    mine = _of(HoldRow.account_id, account_id)
    is_open = HoldRow.ended_at.is_(None)
    endings = select(func.count()).select_from(EntryRow).where(EntryRow.ends == HoldRow.id).scalar_subquery()
    sums = await _numbers(tx, "holds captured", func.count(), func.sum(HoldRow.captured), where=mine)
    sums |= await _numbers(tx, "open held", func.count(), func.sum(HoldRow.amount), where=mine & is_open)
    wrong = mine & ((is_open & (endings != 0)) | (~is_open & (endings != 1)))
    sums |= await _numbers(tx, "wrong", func.count(HoldRow.id), where=wrong)
    right = sums["held"] == buckets["held"] and sums["captured"] == buckets["spent"] and not sums["wrong"]
    return Check("every_hold_ends_once", right, sums | {"held_moved": buckets["held"], "spent": buckets["spent"]})


async def _keys(tx: Transaction, account_id: UUID | None) -> Check:
    """No key was used twice, and the entries of each account are numbered without a gap."""
    mine = _of(EntryRow.account_id, account_id)
    sums = await _numbers(tx, "entries keys", func.count(), func.count(EntryRow.key.distinct()), where=mine)
    sums |= await _numbers(tx, "heads", func.sum(BalanceRow.seq), where=_of(BalanceRow.account_id, account_id))
    return Check("keys_are_used_once", sums["entries"] == sums["keys"] == sums["heads"], sums)


async def _apart(tx: Transaction, account_id: UUID | None) -> Check:
    """No entry touches a grant or a hold of another account."""
    mine = _of(EntryRow.account_id, account_id)
    grants = (
        select(func.count())
        .select_from(EntryRow)
        .join(MoveRow, MoveRow.entry_id == EntryRow.id)
        .join(GrantRow, GrantRow.id == MoveRow.grant_id)
    )
    holds = select(func.count()).select_from(EntryRow).join(HoldRow, HoldRow.id == EntryRow.hold_id)
    foreign = await tx.scalar(grants.where(mine, GrantRow.account_id != EntryRow.account_id)) or 0
    foreign_holds = await tx.scalar(holds.where(mine, HoldRow.account_id != EntryRow.account_id)) or 0
    return Check("accounts_are_apart", not foreign + foreign_holds, {"grants": foreign, "holds": foreign_holds})


async def _rebuilt(tx: Transaction, account_id: UUID | None) -> Check:
    """The chain of entries is whole, and from it alone come the same balances, grants and holds."""
    query = select(BalanceRow).where(_of(BalanceRow.account_id, account_id)).execution_options(populate_existing=True)
    sums = dict.fromkeys(("chain", "balances", "grants", "holds"), 0)
    rows = (await tx.scalars(query)).all()
    for row in rows:
        replay = Replay(Head(row.account_id))
        async for entry in entries_of(tx, row.account_id):
            replay.add(entry)
        head = Head(row.account_id, row.seq, row.digest, Totals(row.available, row.held, row.debt))
        sums["chain"] += len(replay.faults)
        sums["balances"] += head != replay.head
        sums["grants"] += await _grants(tx, row.account_id) != replay.lots
        sums["holds"] += await _holds(tx, row.account_id) != replay.holds
    return Check("tables_follow_from_the_entries", not any(sums.values()), sums | {"accounts": len(rows)})


async def _grants(tx: Transaction, account_id: UUID) -> dict[UUID, Lot]:
    query = select(GrantRow).where(GrantRow.account_id == account_id).execution_options(populate_existing=True)
    return {row.id: lot_of(row) for row in await tx.scalars(query)}


async def _holds(tx: Transaction, account_id: UUID) -> dict[UUID, Held]:
    query = select(HoldRow).where(HoldRow.account_id == account_id).execution_options(populate_existing=True)
    rows = await tx.scalars(query)
    return {row.id: Held(row.id, row.amount, row.captured, ended=row.ended_at is not None) for row in rows}
