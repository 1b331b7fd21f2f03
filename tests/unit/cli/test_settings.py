"""What is said of settings that are wrong, unknown, or that ask for what is not installed."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rekindle.cli import settings as reading
from rekindle.cli.checks import data
from rekindle.cli.main import main
from rekindle.cli.settings import BadSettings, MissingExtra, check_extras, read_settings
from rekindle.cli.unknown import unknown_settings

ROOT = Path(__file__).resolve().parents[3]

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
    ("DATABASE__URL", "postgresql+asyncpg://u:a:b@db:x1/d", "REKINDLE_DATABASE__URL: must have a number as its port"),
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


def test_two_missing_extras_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "EXTRAS", {each: (f"no_module_of_{each}",) for each in reading.EXTRAS})
    monkeypatch.setenv("REKINDLE_DATABASE__URL", "postgresql+asyncpg://db/rekindle")
    monkeypatch.setenv("REKINDLE_EVENTS__REDIS_URL", "redis://127.0.0.1")
    with pytest.raises(MissingExtra, match=r"extras postgres and redis.*'rekindle\[postgres,redis\]'"):
        check_extras(read_settings())


# ── names that mean nothing ──


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("REKINDLE_FOO", None),
        ("REKINDLE_DATA_FOLDR", "REKINDLE_DATA_FOLDER"),
        ("REKINDLE_STORAGE_ENDPONT", "REKINDLE_STORAGE__ENDPOINT"),
        ("REKINDLE_SERVER_PORT", "REKINDLE_SERVER__PORT"),
        ("rekindle_log_levl", "REKINDLE_LOG_LEVEL"),
    ],
)
def test_a_name_that_is_not_known_is_told_with_the_one_that_may_be_meant(
    name: str, near: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(name, "s3cret")
    read_settings()
    assert unknown_settings() == {name.upper(): near}
    found = data.settings()
    meant = "" if near is None else f" ({near} may be meant)"
    assert (found.state, found.seen) == ("note", f"there is no setting {name.upper()}{meant}")
    ran = CliRunner().invoke(main, ["worker"], env={"REKINDLE_DATA_FOLDER": str(tmp_path)})
    meant = "" if near is None else f"; {near} may be meant"
    assert f"{name.upper()}: there is no such setting, so it changes nothing{meant} " in ran.output
    assert "s3cret" not in ran.output


def test_a_server_tells_of_unknown_names_too_before_it_does_anything_else(tmp_path: Path) -> None:
    environment = {"REKINDLE_DATA_FOLDER": str(tmp_path), "REKINDLE_COLOUR": "red", "REKINDLE_DATABASE__MIGRATE": "0"}
    ran = CliRunner().invoke(main, ["serve", "--port", "0"], env=environment)
    assert ran.exit_code == 2
    assert ran.output.index("REKINDLE_COLOUR: there is no such setting") < ran.output.index("has no tables yet")


def test_names_that_are_known_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REKINDLE_DATA_FOLDER", "rekindle_log_level", "REKINDLE_SERVER__PORT"):
        monkeypatch.setenv(name, {"rekindle_log_level": "info"}.get(name, "1"))
    monkeypatch.setenv("REKINDLE_SERVER", '{"host": "127.0.0.1"}')
    assert unknown_settings() == {}
    assert data.settings().state == "ok"


def test_names_of_our_own_tools_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    read = re.compile(r"""(?:environ(?:\.get\(|\[)|process\.env\.|_VARIABLE = )["']?(REKINDLE_[A-Z_]+)""")
    tools = [ROOT / "Makefile", ROOT / "hatch_build.py", ROOT / "web/vite.config.ts"]
    tools += [path for name in ("scripts", "benchmarks", "tests") for path in (ROOT / name).rglob("*.py")]
    texts = [path.read_text() for path in tools if path != Path(__file__)]
    named = {name for text in texts for name in read.findall(text)}
    named |= {name for text in texts for name in re.findall(r'"(REKINDLE_[A-Z_]+)" not in os\.environ', text)}
    assert {"REKINDLE_CHROMIUM", "REKINDLE_SKIP_WEB", "REKINDLE_API", "REKINDLE_CHAOS_JOBS"} <= named
    for name in named:
        monkeypatch.setenv(name, "1")
    assert unknown_settings() == {}


def test_what_kubernetes_says_of_a_service_called_rekindle_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    said = ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_8000_TCP", "PORT_8000_TCP_ADDR")
    for name in said:
        monkeypatch.setenv(f"REKINDLE_{name}", "1")
        monkeypatch.setenv(f"REKINDLE_DB_{name}", "1")
    assert unknown_settings() == {}
    monkeypatch.delenv("REKINDLE_SERVICE_HOST")
    monkeypatch.delenv("REKINDLE_SERVICE_PORT")
    assert "REKINDLE_PORT" in unknown_settings()
