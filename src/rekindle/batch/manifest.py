"""The diary of a results folder: which photo became which result, written so that a crash costs at most the last line.

One JSON object a line, only ever added to. A line is on the disk before its result gets its name, so a result that is
there is always known; a line whose result is missing says nothing.
"""

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import BinaryIO, cast

NAME = ".rekindle-manifest.jsonl"


@dataclass(frozen=True, slots=True)
class Record:
    """One result.

    `source` is the absolute path of the original and `label` its place below the folder that was named; `size` and
    `modified_ns` are those of the original, `input_sha256` and `result_sha256` the hashes of both files. `options` is
    the digest of what was asked for. `output` is the place of the result below the results folder. `outcome` is
    "restored" or "unchanged"; `version` is that of the program. `mask` is the place of the mask that was saved beside
    the result and `mask_sha256` its hash, both empty when there is none.
    """

    source: str
    label: str
    size: int
    modified_ns: int
    input_sha256: str
    options: str
    output: str
    result_sha256: str
    outcome: str
    version: str
    mask: str = ""
    mask_sha256: str = ""


def to_line(record: Record) -> bytes:
    """A record as one line. Names that are no valid Unicode survive: everything beyond ASCII is escaped."""
    return json.dumps(asdict(record), ensure_ascii=True).encode() + b"\n"


def from_line(line: bytes) -> Record | None:
    """The record in a line, or None when the line is torn or is not one."""
    try:
        found: object = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    # Lines of before there were masks do not have theirs.
    values: dict[str, object] = {"mask": "", "mask_sha256": "", **cast("dict[str, object]", found)}
    for field in fields(Record):
        if not isinstance(values.get(field.name), field.type if isinstance(field.type, type) else object):
            return None
    return Record(**{field.name: values[field.name] for field in fields(Record)})  # pyright: ignore[reportArgumentType]


class Manifest:
    """The records of a results folder, and the open file that new ones are added to.

    `inputs` has the newest record of each original by its absolute path, `outputs` every place that ever held a result.
    """

    def __init__(self, folder: Path) -> None:
        """Reads what is there; the folder must exist."""
        self._path = folder / NAME
        self._file: BinaryIO | None = None
        self.inputs: dict[str, Record] = {}
        self.labels: dict[str, Record] = {}
        self.outputs: set[str] = set()
        if self._path.exists():
            with self._path.open("rb") as file:
                for line in file:
                    if (record := from_line(line)) is not None:
                        self._remember(record)

    def find(self, source: str, label: str) -> Record | None:
        """The newest record of an original; else, for a folder that was moved, of one that had the same place in it."""
        return self.inputs.get(source) or self.labels.get(label)

    def add(self, record: Record) -> None:
        """Write a record down; it is on the disk when this returns."""
        if self._file is None:
            self._file = self._open()
        self._file.write(to_line(record))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._remember(record)

    def close(self) -> None:
        """Nothing is lost without it; it lets go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> BinaryIO:
        file = self._path.open("a+b")
        if file.tell() > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # the last writer was stopped in the middle of a line
                file.write(b"\n")
        return file

    def _remember(self, record: Record) -> None:
        self.inputs[record.source] = record
        self.labels[record.label] = record
        self.outputs.update(place for place in (record.output, record.mask) if place)
