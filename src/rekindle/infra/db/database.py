"""Transactions: a service opens one, reads and writes in it, and the end of the block commits it."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TypeAlias

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

Transaction: TypeAlias = AsyncSession
"""What is handed to everything that writes or reads inside one transaction."""


class Database:
    """One database. Nobody calls `commit()`, and no transaction is open across pixel work, transfers or provider calls.

    `reading` is the same database through an engine whose transactions take no write lock; `writers` is held by each
    writing transaction where the database allows one writer at a time and waiting in the process is cheaper than there.
    """

    def __init__(
        self, engine: AsyncEngine, *, reading: AsyncEngine, writers: AbstractAsyncContextManager[None] | None = None
    ) -> None:
        self._engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._reading_sessions = async_sessionmaker(reading, expire_on_commit=False)
        self._writers = writers or nullcontext()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        """A transaction that may write; committed at the end, rolled back on any error."""
        async with self._writers, self._sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Transaction]:
        """A consistent view for reading; what is written in it is not kept."""
        async with self._reading_sessions() as session:
            yield session

    async def ping(self) -> None:
        """Raise when the database does not answer."""
        async with self.reading() as tx:
            await tx.execute(text("SELECT 1"))

    async def aclose(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
