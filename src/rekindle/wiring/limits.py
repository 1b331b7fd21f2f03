"""The limits of requests, from the settings."""

import importlib
from dataclasses import dataclass

from rekindle.config import LimitSettings, Settings
from rekindle.infra.limits.embedded import LocalLimiter
from rekindle.infra.limits.port import Limiter
from rekindle.infra.limits.rules import Bucket, Limit, Window
from rekindle.safety.addresses import Proxies, proxies

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Allowances:
    """How much each may do: an account, an address, and an e-mail address that somebody tries to get in with."""

    account: Limit
    account_uploads: Limit
    address: Limit
    address_uploads: Limit
    address_jobs: Limit
    address_attempts: Limit
    email_attempts: Limit


@dataclass(frozen=True, slots=True)
class Limits:
    """Who counts, how much is allowed, and whose word about addresses is believed. `on` is false at home."""

    on: bool
    limiter: Limiter
    allowances: Allowances
    trusted: Proxies


def limits_of(settings: Settings) -> Limits:
    """The limits of a server. Raises ModuleNotFoundError where its Redis needs a client that is not installed."""
    chosen = settings.limits
    on = settings.accounts.enabled if chosen.enabled is None else chosen.enabled
    trusted = proxies(map(str, chosen.trusted_proxies), header=chosen.proxy_header)
    return Limits(on, limiter_of(chosen, on=on), _allowances(chosen), trusted)


def _allowances(chosen: LimitSettings) -> Allowances:
    """The names go into headers."""
    return Allowances(
        account=Bucket("account", chosen.account_burst, chosen.account_rate),
        account_uploads=Window("account-uploads", chosen.account_uploads, HOUR),
        address=Window("address", chosen.address_requests, 15 * MINUTE),
        address_uploads=Window("uploads", chosen.address_uploads, HOUR),
        address_jobs=Window("photos", chosen.address_jobs, DAY),
        address_attempts=Window("attempts", chosen.address_attempts, 15 * MINUTE),
        email_attempts=Window("email-attempts", chosen.email_attempts, 15 * MINUTE),
    )


def limiter_of(chosen: LimitSettings, *, on: bool) -> Limiter:
    """What counts: for all servers where there is Redis, else for this process."""
    near = LocalLimiter()
    if not on or chosen.redis_url is None:
        return near
    # Its client is an extra, so it is only looked for where it is wanted.
    module = importlib.import_module("rekindle.infra.limits.redis")
    return module.RedisLimiter(chosen.redis_url.get_secret_value(), near=near)
