"""Looks into the data folder of a stopped server: has every row its files, every file its row, every job one end?"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

KEY_COLUMNS = (
    ("photos", "original_key"),
    ("photos", "preview_key"),
    ("photos", "thumbnail_key"),
    ("renditions", "master_key"),
    ("renditions", "preview_key"),
    ("renditions", "thumbnail_key"),
    ("renditions", "before_key"),
    ("cached_files", "key"),
)


@dataclass(slots=True)
class Findings:
    """What was counted, and in `wrong` one sentence for whatever should not be."""

    photos: int = 0
    jobs: int = 0
    changed: int = 0
    unchanged: int = 0
    renditions: int = 0
    files: int = 0
    claims: int = 0
    wrong: list[str] = field(default_factory=list[str])


def look(folder: Path, uploaded: Mapping[str, str]) -> Findings:
    """Examine a data folder. `uploaded` has the SHA-256 of what was sent by the id of each photo that was answered."""
    found = Findings()
    with sqlite3.connect(f"file:{folder / 'rekindle.db'}?mode=ro", uri=True) as db:
        found.wrong += [str(row[0]) for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
        found.wrong += [f"a broken reference: {row}" for row in db.execute("PRAGMA foreign_key_check")]
        _files(found, db, folder)
        _originals(found, db, folder, uploaded)
        _jobs(found, db)
    return found


def _files(found: Findings, db: sqlite3.Connection, folder: Path) -> None:
    named = {
        key
        for table, column in KEY_COLUMNS
        for (key,) in db.execute(f"SELECT {column} FROM {table}")
        if key is not None
    }
    stored = {path.relative_to(folder / "files").as_posix() for path in (folder / "files").rglob("*") if path.is_file()}
    found.files = len(stored)
    found.wrong += [f"a file without a row: {key}" for key in sorted(stored - named)]
    found.wrong += [f"a row without its file: {key}" for key in sorted(named - stored)]
    found.wrong += [f"left unfinished: {path.name}" for path in (folder / "files-unfinished").iterdir()]


def _originals(found: Findings, db: sqlite3.Connection, folder: Path, uploaded: Mapping[str, str]) -> None:
    known: dict[str, str] = {}
    for photo_id, sha256, size, key in db.execute("SELECT id, sha256, bytes, original_key FROM photos"):
        found.photos += 1
        known[_plain(photo_id)] = sha256
        content = (folder / "files" / key).read_bytes() if key and (folder / "files" / key).is_file() else b""
        if (hashlib.sha256(content).hexdigest(), len(content)) != (sha256, size):
            found.wrong.append(f"the original of photo {photo_id} is not what its row says")
    for photo_id, sha256 in uploaded.items():
        if known.get(_plain(photo_id)) != sha256:
            found.wrong.append(f"photo {photo_id} was answered for and is not there as it was sent")


def _jobs(found: Findings, db: sqlite3.Connection) -> None:
    results = dict(
        db.execute("SELECT job_id, count(*) FROM renditions WHERE kind = 'result' GROUP BY job_id").fetchall()
    )
    ends = dict(
        db.execute("SELECT job_id, count(*) FROM job_stages WHERE ended IS NOT NULL GROUP BY job_id").fetchall()
    )
    found.renditions = sum(results.values())
    for job_id, status, claim, error, result in db.execute("SELECT id, status, claim, error, result FROM jobs"):
        found.jobs += 1
        found.claims += claim
        if status != "succeeded":
            found.wrong.append(f"job {job_id} is {status}: {error}")
            continue
        unchanged = bool(json.loads(result)["unchanged"])
        found.unchanged += unchanged
        found.changed += not unchanged
        if results.get(job_id, 0) != (0 if unchanged else 1):
            found.wrong.append(f"job {job_id} (unchanged: {unchanged}) has {results.get(job_id, 0)} results")
        if ends.get(job_id, 0) != 1:
            found.wrong.append(f"job {job_id} ended {ends.get(job_id, 0)} times")
    (tasks,) = db.execute("SELECT count(*) FROM tasks").fetchone()
    (open_attempts,) = db.execute("SELECT count(*) FROM attempts WHERE status IN ('started', 'pending')").fetchone()
    found.wrong += [f"{tasks} tasks are left"] if tasks else []
    found.wrong += [f"{open_attempts} attempts have no end"] if open_attempts else []


def _plain(identifier: str) -> str:
    return str(identifier).replace("-", "")
