"""Decides for each photo beforehand: finished already, or to be worked on, and where its result goes."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from rekindle.batch.discovery import Source
from rekindle.batch.manifest import Record
from rekindle.batch.naming import Names, suits
from rekindle.batch.options import Options
from rekindle.batch.results import Results, sha256_of
from rekindle.imaging.formats import Format, sniff


@dataclass(frozen=True, slots=True)
class Task:
    """A photo to work on: its size and time, where a result goes and where a copy; `replace` is an older result.

    `mask` is where the mask goes if one is wanted, and `replace_mask` says that an older one is there.
    """

    source: Source
    size: int
    modified_ns: int
    result: PurePosixPath
    copy: PurePosixPath
    replace: PurePosixPath | None = None
    mask: PurePosixPath | None = None
    replace_mask: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """A photo whose result is there."""

    source: Source
    record: Record


class Planner:
    """Looks at photos one after another, and gives each a name of its own."""

    def __init__(self, results: Results, options: Options) -> None:
        self._results = results
        self._options = options
        self._digest = options.digest()
        taken = (PurePosixPath(output) for output in results.manifest.outputs)
        self._names = Names(results.exists, taken)

    def plan(self, source: Source) -> Task | Finished:
        """What is to be done with a photo. Raises OSError when it cannot be read."""
        with source.path.open("rb") as file:
            kind = sniff(file.read(64)) or Format.JPEG
        stat = source.path.stat()
        record = self._results.manifest.find(str(source.path), str(source.label))
        if record is not None and self._is_finished(source, record, (stat.st_size, stat.st_mtime_ns)):
            return Finished(source, record)
        if record is not None and record.source != str(source.path):
            record = None
        result, replace = self._place(source, record, self._options.result_format(kind))
        copy = result
        if self._options.copy_allowed(kind) and not suits(result, kind):
            copy, _ = self._place(source, record, kind)
        mask, replace_mask = self._place_of_mask(result, record) if self._options.save_mask else (None, False)
        return Task(source, stat.st_size, stat.st_mtime_ns, result, copy, replace, mask, replace_mask)

    def _is_finished(self, source: Source, record: Record, now: tuple[int, int]) -> bool:
        """Whether a record is of these bytes and options, and its result is there, whatever someone made of it."""
        if record.options != self._digest or not self._results.path(record.output).exists():
            return False
        if record.source == str(source.path) and (record.size, record.modified_ns) == now:
            return True
        return record.size == now[0] and record.input_sha256 == sha256_of(source.path)

    def _place_of_mask(self, result: PurePosixPath, record: Record | None) -> tuple[PurePosixPath, bool]:
        """A name for the mask of a result, and whether the older one there is ours and nobody painted in it."""
        if record is not None and record.mask and self._results.untouched_mask(record):
            return PurePosixPath(record.mask), True
        return self._names.give(result.with_name(f"{result.stem}-mask.png"), Format.PNG), False

    def _place(self, source: Source, record: Record | None, kind: Format) -> tuple[PurePosixPath, PurePosixPath | None]:
        """A name for a result, and the older result of the same photo that it replaces, when nobody changed that."""
        if record is not None and suits(older := PurePosixPath(record.output), kind):
            if not self._results.exists(older):
                return older, None
            if self._results.untouched(record):
                return older, older
        return self._names.give(source.label, kind), None
