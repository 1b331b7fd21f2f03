"""Counts what a transaction did once it is done: what is rolled back never happened."""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


def once_committed(tx: AsyncSession, count: Callable[[], object]) -> None:
    """Call `count` when the transaction has been committed; never when it is rolled back."""

    def committed(_session: Session) -> None:
        count()

    event.listen(tx.sync_session, "after_commit", committed, once=True)
