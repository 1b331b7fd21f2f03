"""Settings of the notices that processes give one another."""

from pydantic import Field, SecretStr

from rekindle.environment import Group


class EventSettings(Group):
    """How processes tell one another that a job has moved. Without it they look every few seconds."""

    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis or Valkey that passes notices on between several processes (`pip install "
        "'rekindle[redis]'`), for example redis://127.0.0.1:6379; empty: each process hears only itself.",
    )
