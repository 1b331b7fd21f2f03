"""The diary of a results folder survives crashes, torn lines and names that are no text."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.batch.manifest import NAME, Manifest, Record, from_line, to_line

RECORD = Record(
    source="/photos/a.jpg", label="a.jpg", size=10, modified_ns=1_700_000_000_123_456_789, input_sha256="1" * 64,
    options="abc", output="a.jpg", result_sha256="2" * 64, outcome="restored", version="0.1.0",
)  # fmt: skip
ANY_NAME = st.binary(min_size=1, max_size=40).map(lambda raw: os.fsdecode(raw.replace(b"\0", b"")))


@given(source=ANY_NAME, output=ANY_NAME, modified=st.integers(-(2**63), 2**63 - 1))
def test_a_record_comes_back_from_its_line_whatever_its_names_are(source: str, output: str, modified: int) -> None:
    record = replace(RECORD, source=source, output=output, modified_ns=modified)
    line = to_line(record)
    assert line.count(b"\n") == 1
    assert from_line(line) == record


@given(st.integers(0, len(to_line(RECORD)) - 3))
def test_a_torn_line_is_no_record(length: int) -> None:
    assert from_line(to_line(RECORD)[:length]) is None


@given(st.binary(max_size=80))
def test_rubbish_is_no_record(rubbish: bytes) -> None:
    assert from_line(rubbish) is None


@pytest.mark.parametrize("value", [None, 5, [], {"a": 1}])
def test_a_line_with_a_wrong_value_is_no_record(value: object) -> None:
    assert from_line(json.dumps({**json.loads(to_line(RECORD)), "source": value}).encode()) is None


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    first = Manifest(tmp_path)
    first.add(RECORD)
    first.close()
    again = Manifest(tmp_path)
    assert again.find(RECORD.source, "elsewhere.jpg") == RECORD
    assert again.outputs == {"a.jpg"}


def test_the_newest_record_of_a_photo_counts_and_older_results_stay_known(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    newer = replace(RECORD, options="other", output="a.png")
    for record in (RECORD, newer):
        manifest.add(record)
    manifest.close()
    again = Manifest(tmp_path)
    assert again.find(RECORD.source, RECORD.label) == newer
    assert again.outputs == {"a.jpg", "a.png"}


def test_a_folder_that_was_moved_is_known_by_the_place_in_it(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    manifest.add(RECORD)
    manifest.close()
    assert Manifest(tmp_path).find("/moved/a.jpg", "a.jpg") == RECORD
    assert Manifest(tmp_path).find("/moved/b.jpg", "b.jpg") is None


def test_after_a_torn_last_line_new_records_are_still_read(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(to_line(RECORD) + to_line(replace(RECORD, source="/photos/b.jpg"))[:40])
    manifest = Manifest(tmp_path)
    assert list(manifest.inputs) == ["/photos/a.jpg"]
    manifest.add(replace(RECORD, source="/photos/c.jpg"))
    manifest.close()
    assert list(Manifest(tmp_path).inputs) == ["/photos/a.jpg", "/photos/c.jpg"]


def test_an_empty_manifest_and_none_at_all_are_the_same(tmp_path: Path) -> None:
    assert Manifest(tmp_path).inputs == {}
    (tmp_path / NAME).touch()
    assert Manifest(tmp_path).inputs == {}


def test_a_line_of_before_there_were_masks_is_read(tmp_path: Path) -> None:
    old = {name: value for name, value in json.loads(to_line(RECORD)).items() if not name.startswith("mask")}
    assert from_line(json.dumps(old).encode()) == RECORD


def test_the_place_of_a_mask_is_known_as_one_of_ours(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    manifest.add(replace(RECORD, mask="a-mask.png", mask_sha256="3" * 64))
    manifest.close()
    assert Manifest(tmp_path).outputs == {"a.jpg", "a-mask.png"}
