"""Transactions: a service opens one, reads and writes in it, and the end of the block commits it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from typing import TypeAlias

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from rekindle.errors import RekindleError
from rekindle.infra.db.away import away, no_answer

Transaction: TypeAlias = AsyncSession
"""What is handed to everything that writes or reads inside one transaction."""


class Database:
    """One database. Nobody calls `commit()`, and no transaction is open across pixel work, transfers or provider calls.

    `reading` is the same database through an engine whose transactions take no write lock; `writers` is held by each
    writing transaction where the database allows one writer at a time and waiting in the process is cheaper than there.
    `apart` is an engine whose transactions write and wait for no other writer, where there is such a thing. A
    transaction begins within `seconds`, all waiting included, or not at all (DatabaseAway).
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        reading: AsyncEngine,
        apart: AsyncEngine | None = None,
        writers: AbstractAsyncContextManager[None] | None = None,
        seconds: float | None = None,
    ) -> None:
        self._engine = engine
        self._apart_sessions = None if apart is None else async_sessionmaker(apart, expire_on_commit=False)
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._reading_sessions = async_sessionmaker(reading, expire_on_commit=False)
        self._writers = writers or nullcontext()
        self._seconds = seconds

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        """A transaction that may write; committed at the end, rolled back on any error."""
        async with self._begun(self._sessions.begin(), self._writers) as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Transaction]:
        """A consistent view for reading; what is written in it is not kept."""
        async with self._begun(self._reading_sessions()) as session:
            yield session

    @asynccontextmanager
    async def apart(self) -> AsyncGenerator[Transaction]:
        """A transaction that may write and does not wait for other writers: for a queue, whose rows look to themselves.

        Where the database allows one writer at a time it is one like any other.
        """
        if self._apart_sessions is None:
            async with self.transaction() as session:
                yield session
            return
        async with self._begun(self._apart_sessions.begin()) as session:
            yield session

    @asynccontextmanager
    async def _begun(
        self,
        sessions: AbstractAsyncContextManager[AsyncSession],
        place: AbstractAsyncContextManager[None] | None = None,
    ) -> AsyncGenerator[AsyncSession]:
        """A session that has begun, once there is a `place` for it. DatabaseAway where none answers."""
        limit = asyncio.timeout(self._seconds)
        try:
            async with AsyncExitStack() as stack:
                async with limit:
                    if place is not None:
                        await stack.enter_async_context(place)
                    session = await stack.enter_async_context(sessions)
                    if self._seconds is not None:
                        await session.connection()
                yield session
        except RekindleError:
            raise
        except Exception as error:
            if limit.expired():
                raise no_answer() from error
            if (gone := away(error)) is not None:
                raise gone from error
            raise

    async def connect(self) -> AsyncConnection:
        """A connection of one's own, to be closed: for who listens."""
        return await self._engine.connect()

    async def ping(self) -> None:
        """Raise when the database does not answer."""
        async with self.reading() as tx:
            await tx.execute(text("SELECT 1"))

    async def aclose(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
