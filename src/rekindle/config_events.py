"""Settings of the notices that processes give one another."""

from pydantic import Field, SecretStr

from rekindle.environment import Group


class EventSettings(Group):
    """How processes tell one another that a job has moved. They look every few seconds as well."""

    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis or Valkey that passes notices on between several processes (`pip install "
        "'rekindle[redis]'`), for example redis://127.0.0.1:6379; empty: the Postgres that they share does it.",
    )
