"""The event channel of several processes on the Postgres that they share (NOTIFY), where there is no Redis."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from rekindle.infra.db.database import Database
from rekindle.infra.events.passing import CHANNEL, PassingEvents, Patience
from rekindle.infra.events.port import Events

QUICK = Patience(1.0)
_SAY = "SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message"


class PostgresEvents(PassingEvents):
    """Passes words on through `db`: a connection of its own hears, and what is said takes one for a moment, outside of
    any transaction.
    """

    gone = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)

    def __init__(self, db: Database, *, near: Events, patience: Patience = QUICK) -> None:
        super().__init__(near=near, patience=patience)
        self._db = db

    async def _send(self, messages: Sequence[str]) -> None:
        async with self._driver() as driver:
            await driver.fetch(_SAY, CHANNEL, messages)

    async def _hear(self) -> None:
        heard: asyncio.Queue[str | None] = asyncio.Queue()

        def ended(_connection: object) -> None:
            heard.put_nowait(None)

        def told(_connection: object, _process: int, _channel: str, message: str) -> None:
            heard.put_nowait(message)

        async with self._driver(kept=False) as driver:
            driver.add_termination_listener(ended)
            async with asyncio.timeout(self._patience.seconds):
                await driver.add_listener(CHANNEL, told)
            await self._heard_again()
            while True:
                try:
                    async with asyncio.timeout(self._patience.beat):
                        message = await heard.get()
                except TimeoutError:
                    async with asyncio.timeout(self._patience.seconds):
                        await driver.fetchval("SELECT 1")
                    continue
                if message is None:
                    raise OSError("the connection has ended")
                await self._tell(message)

    @asynccontextmanager
    async def _driver(self, *, kept: bool = True) -> AsyncGenerator[Any]:
        """A connection as its driver has it. It goes back to the others only if it is `kept` and nothing failed: what
        one listens to must not go on in the hands of whoever gets it next.
        """
        async with asyncio.timeout(self._patience.seconds):
            connection = await self._db.connect()
        try:
            yield (await connection.get_raw_connection()).driver_connection
        except BaseException:
            kept = False
            raise
        finally:
            if not kept:
                await connection.invalidate()
            await connection.close()
