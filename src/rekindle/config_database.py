"""Settings of the database and of the queue: what a second machine needs, and what a lone one need not know."""

from typing import Literal

from pydantic import Field

from rekindle.environment import DatabaseAddress, Group


class DatabaseSettings(Group):
    """Where the tables are, and how long one waits for them."""

    url: DatabaseAddress | None = Field(
        default=None, description="SQLAlchemy address. Default: `rekindle.db` (SQLite) in the data folder."
    )
    migrate: bool | None = Field(
        default=None,
        description="Whether a start brings the tables up to date. Default: on SQLite, and not on Postgres, where "
        "several may start at once: run `rekindle migrate` there.",
    )
    connections: int = Field(
        default=20,
        ge=4,
        le=1000,
        description="Most connections that one process has to Postgres at the same time. Two of them listen: for jobs, "
        "and without Redis for notices of other processes.",
    )
    seconds: float = Field(
        default=10.0,
        gt=0,
        description="Seconds that Postgres may take for anything: to let somebody in, for one statement, for a lock. "
        "After that a request is told to come back, and what was done in it is undone.",
    )
    idle_seconds: float = Field(
        default=4.0,
        gt=0,
        description="Seconds after which Postgres ends a transaction in which nothing happens: its process may be "
        "frozen, and others wait for what it holds. Less than half of `seconds`, so that they get their turn.",
    )


class QueueSettings(Group):
    """Who says which job is next."""

    kind: Literal["table", "procrastinate"] = Field(
        default="table",
        description="`table`: one process, which serves and works. `procrastinate`: any number of servers and of "
        "workers (`rekindle worker`), on Postgres.",
    )
    kinds: list[Literal["photos", "films"]] = Field(
        default=[],
        examples=[["films"]],
        description="Kinds of jobs that a worker takes; empty: all. `rekindle worker --queues` sets it.",
    )
    share_seconds: int = Field(
        default=60,
        ge=0,
        le=86_400,
        description="Seconds by which each further job of one owner comes later while their others wait, so that many "
        "jobs of one do not keep another waiting. Set it to what one job takes, or more.",
    )
    ageing_seconds: int = Field(
        default=30,
        ge=0,
        le=86_400,
        description="Seconds of waiting that make up for one point of a plan's priority, so that the oldest job always "
        "comes in the end.",
    )
