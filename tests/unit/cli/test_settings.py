"""What is said of settings that are wrong, or that ask for what is not installed."""

import pytest

from rekindle.cli import settings as reading
from rekindle.cli.settings import BadSettings, MissingExtra, check_extras, read_settings

NO_SUCH = "there is no such setting"
WRONG = [
    ("ACCOUNTS__ENABLE", "true", f"REKINDLE_ACCOUNTS__ENABLE: {NO_SUCH}; REKINDLE_ACCOUNTS__ENABLED may be meant"),
    ("ACCOUNT__ENABLED", "true", f"REKINDLE_ACCOUNT__ENABLED: {NO_SUCH}"),
    ("SERVER__COLOUR", "red", f"REKINDLE_SERVER__COLOUR: {NO_SUCH}"),
    ("ACCOUNTS", "on", "set each by its own name, such as REKINDLE_ACCOUNTS__ENABLED"),
    ("ACCOUNTS__OPERATORS", "you@example.org", """REKINDLE_ACCOUNTS__OPERATORS='["you@example.org"]'"""),
    ("LIMITS__TRUSTED_PROXIES", "10.0.0.0/8", """JSON, for example REKINDLE_LIMITS__TRUSTED_PROXIES='["127.0.0.1"]'"""),
    ("BILLING__PRICES", "799", """REKINDLE_BILLING__PRICES='{"remember": {"month": 799, "year": 7990}}'"""),
    ("ACCOUNTS__ISSUERS", '[{"titel": "Family"}]', "REKINDLE_ACCOUNTS__ISSUERS at 0.titel: Extra"),
    ("BILLING__TOP_UPS", '{"a": {"credits": 1, "amount": 99, "bonus": 1}}', "TOP_UPS at a.bonus: Extra"),
    ("BILLING__PRICES", '{"gold": {"month": 799}}', "a price for gold, but the plans that can be sold are: remember,"),
    ("BILLING__PRICES", '{"free": {"month": 799}}', "a price for free"),
    ("BILLING__SECRET_KEY", "sk_test_x", "nothing without REKINDLE_ACCOUNTS__ENABLED=true"),
    ("SERVER__PORT", "high", "REKINDLE_SERVER__PORT: "),
    ("DATABASE__URL", "postgres://db/rekindle", "REKINDLE_DATABASE__URL: must begin with postgresql+asyncpg://"),
]


@pytest.mark.parametrize(("name", "value", "told"), WRONG)
def test_a_wrong_setting_is_told_by_its_full_name(
    name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"REKINDLE_{name}", value)
    with pytest.raises(BadSettings) as caught:
        read_settings()
    assert told in caught.value.message
    assert value not in caught.value.message.replace(told, "") or len(value) < 5


@pytest.mark.parametrize(
    "address", ["photos.example.org", "ftp://photos.example.org", "https://", "https://a/?b=c", "https://a:b/", ""]
)
def test_an_address_that_leads_nowhere_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKINDLE_SERVER__PUBLIC_URL", address)
    with pytest.raises(BadSettings, match="REKINDLE_SERVER__PUBLIC_URL: must be an address"):
        read_settings()


def test_an_address_may_end_with_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKINDLE_SERVER__PUBLIC_URL", "http://192.168.1.20:8000/")
    assert read_settings().server.public_url == "http://192.168.1.20:8000"


def test_nothing_is_sold_where_everything_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKINDLE_ACCOUNTS__ENABLED", "true")
    monkeypatch.setenv("REKINDLE_BILLING__SECRET_KEY", "sk_test_x")
    assert read_settings().sells
    monkeypatch.setenv("REKINDLE_ACCOUNTS__PLANS", "open")
    with pytest.raises(BadSettings, match="nothing to sell"):
        read_settings()


@pytest.mark.parametrize(
    ("extra", "name", "value"),
    [
        ("postgres", "REKINDLE_DATABASE__URL", "postgresql+asyncpg://db/rekindle"),
        ("redis", "REKINDLE_LIMITS__REDIS_URL", "redis://127.0.0.1"),
        ("billing", "REKINDLE_BILLING__SECRET_KEY", "sk_test_x"),
    ],
)
def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    extra: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKINDLE_ACCOUNTS__ENABLED", "true")
    check_extras(read_settings())
    monkeypatch.setattr(reading, "EXTRAS", {each: (f"no_module_of_{each}",) for each in reading.EXTRAS})
    check_extras(read_settings())
    monkeypatch.setenv(name, value)
    with pytest.raises(MissingExtra, match=rf"\.venv/bin/pip install 'rekindle\[{extra}\]'"):
        check_extras(read_settings())
