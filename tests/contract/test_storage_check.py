"""What the doctor says of a store of files, asked of a real one."""

from pathlib import Path

import pytest

from rekindle.cli.checks.storage import files
from tests.seaweedfs import KEY, Seaweed, shared_seaweed


@pytest.fixture
def store() -> Seaweed:
    return shared_seaweed()


@pytest.fixture
def given(store: Seaweed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The environment of a server with a bucket."""
    values = {
        "URL": f"s3://{store.new_bucket()}/photos", "ENDPOINT": store.endpoint, "ACCESS_KEY": KEY.access_key,
        "SECRET_KEY": KEY.secret_key, "URL_SECRET": "a secret of sixteen or more", "SECONDS": "2",
    }  # fmt: skip
    monkeypatch.setenv("REKINDLE_DATA_FOLDER", str(tmp_path))
    for name, value in values.items():
        monkeypatch.setenv(f"REKINDLE_STORAGE__{name}", value)
    return monkeypatch


def test_a_store_that_works_is_well(given: pytest.MonkeyPatch) -> None:
    assert files().state == "ok"
    given.setenv("REKINDLE_STORAGE__DIRECT", "true")
    given.setenv("REKINDLE_SERVER__PUBLIC_URL", "https://photos.example.org")
    found = files()
    assert (found.state, "browsers may send" in found.seen) == ("ok", True), found


def test_links_that_hold_on_one_machine_alone_are_noted(given: pytest.MonkeyPatch) -> None:
    given.delenv("REKINDLE_STORAGE__URL_SECRET")
    found = files()
    assert found.state == "note"
    assert "REKINDLE_STORAGE__URL_SECRET" in (found.cure or "")


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("SECRET_KEY", "wrong", "SECRET_KEY"),
        ("ACCESS_KEY", "wrong", "ACCESS_KEY"),
        ("ENDPOINT", "http://127.0.0.1:9", "ENDPOINT"),
    ],
)
def test_what_is_wrong_is_told_with_its_cure(given: pytest.MonkeyPatch, name: str, value: str, cure: str) -> None:
    given.setenv(f"REKINDLE_STORAGE__{name}", value)
    found = files()
    assert found.state == "broken"
    assert f"REKINDLE_STORAGE__{cure}" in (found.cure or ""), found
    assert KEY.secret_key not in repr(found)


def test_a_number_in_a_name_is_not_taken_for_what_the_store_says(store: Seaweed, given: pytest.MonkeyPatch) -> None:
    given.setenv("REKINDLE_STORAGE__URL", f"s3://{store.new_bucket()}/photos-403-404")
    given.setenv("REKINDLE_STORAGE__ENDPOINT", "http://127.0.0.1:9")
    assert "REKINDLE_STORAGE__ENDPOINT" in (files().cure or "")


def test_browsers_that_are_sent_to_a_place_that_is_not_there_are_told_of(given: pytest.MonkeyPatch) -> None:
    given.setenv("REKINDLE_STORAGE__DIRECT", "true")
    given.setenv("REKINDLE_STORAGE__PUBLIC_ENDPOINT", "http://127.0.0.1:9")
    found = files()
    assert found.state == "broken"
    assert "REKINDLE_STORAGE__PUBLIC_ENDPOINT" in (found.cure or "")


def test_a_folder_is_only_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REKINDLE_DATA_FOLDER", str(tmp_path))
    found = files()
    assert found.state == "ok"
    assert str(tmp_path) in found.seen
    assert not list(tmp_path.iterdir())
