"""The client of Redis and Valkey, as everything here uses it: nobody waits long for a server that is gone."""

try:
    from redis.asyncio import BlockingConnectionPool
    from redis.asyncio import Redis as Redis
    from redis.asyncio.client import PubSub as PubSub
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import NoScriptError as NoScriptError
    from redis.exceptions import RedisError as RedisError
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "Redis needs its client, which is not installed: pip install 'rekindle[redis]'", name=error.name
    ) from error


def open_redis(url: str, *, connections: int, seconds: float) -> Redis:
    """A client of the server at `url`, which has `seconds` to answer; raises RedisError where it does not."""
    # The usual pool raises when all its connections are in use, and the usual client tries ten times for seconds.
    pool = BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
        url, max_connections=connections, timeout=seconds, socket_timeout=seconds, socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0), protocol=2,
    )  # fmt: skip
    return Redis.from_pool(pool)
