"""What a limit tells the client: RateLimit and RateLimit-Policy (an IETF draft) and Retry-After (RFC 9110)."""

from collections.abc import Sequence
from math import ceil

from rekindle.infra.limits.rules import Limit, Verdict


def rate_limit_headers(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """The headers for every limit that a request was held against; none where there was no limit.

    Seconds are rounded up, so that whoever waits for them is not refused again for a fraction. After a refusal `t` is
    the same moment as Retry-After, as the draft asks for (draft-ietf-httpapi-ratelimit-headers-10).
    """
    if not verdicts:
        return {}
    headers = {
        "RateLimit-Policy": ", ".join(_policy(verdict.limit) for verdict in verdicts),
        "RateLimit": ", ".join(_state(verdict) for verdict in verdicts),
    }
    if refused := [verdict.retry_after for verdict in verdicts if not verdict.allowed]:
        headers["Retry-After"] = str(max(1, ceil(max(refused))))
    return headers


def _policy(limit: Limit) -> str:
    return f'"{limit.name}";q={limit.quota};w={max(1, ceil(limit.seconds))}'


def _state(verdict: Verdict) -> str:
    seconds = ceil(verdict.reset) if verdict.allowed else max(1, ceil(verdict.retry_after))
    return f'"{verdict.limit.name}";r={verdict.remaining};t={seconds}'
