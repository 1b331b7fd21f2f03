"""Restores many photos, a few at a time, each in a child process, and goes on after a bad one.

One photo is one call of a child that decodes, straightens, measures, restores and encodes it. The protocol of the
providers is not used here: it hands working files from stage to stage, which costs a write and a read of all pixels
that a folder run has no use for. Both ways end in the same engine.
"""

import asyncio
import pkgutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Protocol, cast

from rekindle import __version__
from rekindle.batch.discovery import Found
from rekindle.batch.manifest import Record
from rekindle.batch.mishaps import unforeseen
from rekindle.batch.options import Options, Order, Outcome
from rekindle.batch.planning import Finished, Planner, Task
from rekindle.batch.report import PhotoReport
from rekindle.batch.results import Results
from rekindle.errors import RekindleError
from rekindle.infra.workbench import Workbench, WorkError

WORK = "rekindle.batch.pixels:restore_photo"
"""The function of the children, by name: its module brings libraries that the leading process can do without."""


class Listener(Protocol):
    """Whoever watches a run."""

    def begins(self, total: int) -> None:
        """So many photos are to be worked on; those that were finished before are not among them."""

    def advances(self, done: float) -> None:
        """So many photos are done; those under way count by their share."""

    def ended(self, report: PhotoReport) -> None:
        """One photo more is done with."""


class Batch:
    """Restores photos into a results folder."""

    def __init__(self, bench: Workbench, *, jobs: int, seconds: float) -> None:
        """`jobs` photos are worked on at the same time; one may take `seconds`."""
        self._bench = bench
        self._jobs = jobs
        self._seconds = seconds

    async def run(self, found: Found, results: Results, options: Options, listener: Listener) -> None:
        """Restore what is not finished. Every photo ends in a report; only a cancellation stops the run."""
        for broken in found.unreadable:
            listener.ended(PhotoReport(str(broken.path), "failed", code=broken.code, reason=broken.reason))
        tasks = list(self._plan(found, Planner(results, options), results, listener))
        listener.begins(len(tasks))
        shares = _Shares(listener)
        waiting = iter(tasks)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._jobs, len(tasks))):
                group.create_task(self._work(waiting, results, options, shares))

    def _plan(self, found: Found, planner: Planner, results: Results, listener: Listener) -> Iterable[Task]:
        for source in found.sources:
            try:
                plan = planner.plan(source)
            except OSError as error:
                reason = f"This file cannot be opened: {error.strerror}."
                listener.ended(PhotoReport(str(source.path), "failed", code="unreadable_file", reason=reason))
                continue
            if isinstance(plan, Finished):
                output = str(results.path(plan.record.output))
                listener.ended(PhotoReport(str(source.path), "skipped", output))
            else:
                yield plan

    async def _work(self, waiting: Iterator[Task], results: Results, options: Options, shares: "_Shares") -> None:
        for task in waiting:
            started = time.monotonic()
            report = await self._attempt(task, results, options, shares)
            shares.ended(task, replace(report, seconds=time.monotonic() - started))

    async def _attempt(self, task: Task, results: Results, options: Options, shares: "_Shares") -> PhotoReport:
        source = str(task.source.path)
        unfinished = results.unfinished / uuid.uuid4().hex
        mask = None if task.mask is None else unfinished.with_suffix(".mask.png")
        try:
            outcome = await self._restore(task, Order(task.source.path, unfinished, options, mask), shares)
            record = _record(task, outcome, options)
            results.finish(
                unfinished, record, replace=str(task.replace) == record.output, mask=mask,
                replace_mask=task.replace_mask,
            )  # fmt: skip
        except WorkError as error:
            return PhotoReport(source, "failed", code=error.code, reason=unforeseen(error, results.folder))
        except RekindleError as error:
            return PhotoReport(source, "failed", code=error.code, reason=error.message)
        except FileExistsError as error:
            reason = f"Meanwhile another file is where the result should go: {error.filename}."
            return PhotoReport(source, "failed", code="name_taken", reason=reason)
        except OSError as error:
            reason = f"The result cannot be written: {error.strerror}."
            return PhotoReport(source, "failed", code="not_written", reason=reason)
        finally:
            for leftover in (unfinished, *([mask] if mask is not None else [])):
                leftover.unlink(missing_ok=True)
        ending = "unchanged" if outcome.copied else "restored"
        saved = str(results.path(record.mask)) if record.mask else None
        return PhotoReport(source, ending, str(results.path(record.output)), outcome=outcome, mask=saved)

    async def _restore(self, task: Task, order: Order, shares: "_Shares") -> Outcome:
        return await self._bench.run(
            restore, order, seconds=self._seconds, progress=lambda _, share: shares.advances(task, share)
        )


def restore(order: Order, progress: Callable[[str, float], None]) -> Outcome:
    """Carry out an order; for a child process. The module that does it is loaded there and nowhere else."""
    return cast("Outcome", pkgutil.resolve_name(WORK)(order, progress))


class _Shares:
    """Adds up how far the photos under way are."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._done = 0
        self._under_way: dict[int, float] = {}

    def advances(self, task: Task, share: float) -> None:
        self._under_way[id(task)] = share
        self._listener.advances(self._done + sum(self._under_way.values()))

    def ended(self, task: Task, report: PhotoReport) -> None:
        self._under_way.pop(id(task), None)
        self._done += 1
        self._listener.ended(report)
        self._listener.advances(self._done + sum(self._under_way.values()))


def _record(task: Task, outcome: Outcome, options: Options) -> Record:
    return Record(
        source=str(task.source.path),
        label=str(task.source.label),
        size=task.size,
        modified_ns=task.modified_ns,
        input_sha256=outcome.input_sha256,
        options=options.digest(),
        output=str(task.copy if outcome.copied else task.result),
        result_sha256=outcome.result_sha256,
        outcome="unchanged" if outcome.copied else "restored",
        version=__version__,
        mask=str(task.mask) if task.mask is not None and outcome.mask_sha256 else "",
        mask_sha256=outcome.mask_sha256,
    )
