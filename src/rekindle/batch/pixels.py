"""What a child process does with one photo of a run: all in one go, so that its pixels never leave the process."""

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from rekindle.batch.options import Diagnosed, FindingNote, Options, Order, Outcome, StepNote
from rekindle.batch.results import sha256_of
from rekindle.imaging.formats import Format
from rekindle.imaging.quadrilateral import FULL_FRAME
from rekindle.library import Result, examine, open_photo, treat
from rekindle.treatments.diagnose import Diagnosis
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Wishes


def restore_photo(order: Order, progress: Callable[[str, float], None]) -> Outcome:
    """Carry out an order. Raises what the limits and the decoders say of the file."""
    options = order.options
    opened = open_photo(order.source)
    kind = opened.header.format if opened.header else Format.JPEG
    wishes = Wishes(options.strength, options.enlarge, options.keep_tone)
    operation = Operation.RESTORE_COLORIZE if options.colorize else Operation.RESTORE
    result = treat(opened, wishes, options.crop, progress, operation=operation, mask=options.mask)
    del opened
    progress("saving", 0.92)
    copied = result.unchanged and options.copy_allowed(kind)
    if copied:
        shutil.copyfile(order.source, order.target)
    else:
        _save(result, order.target, options, options.result_format(kind))
        if order.mask is not None:
            result.save_mask(order.mask)
    return _outcome(result, order, copied=copied)


def diagnose_photo(source: Path, crop: bool) -> Diagnosed:
    """Say what is wrong with a photo, and whether a print was found in it."""
    opened = open_photo(source)
    examined = examine(opened.image, crop)
    return Diagnosed(
        width=opened.image.width,
        height=opened.image.height,
        format=opened.header.format.value if opened.header else "",
        print_found=examined.straightened,
        findings=_notes(examined.diagnosis),
    )


def _save(result: Result, target: Path, options: Options, kind: Format) -> None:
    result.save(
        target, format=kind.value, quality=options.quality, depth=options.depth, metadata=options.metadata
    )  # fmt: skip


def _outcome(result: Result, order: Order, *, copied: bool) -> Outcome:
    return Outcome(
        input_sha256=sha256_of(order.source),
        result_sha256=sha256_of(order.target),
        result_bytes=order.target.stat().st_size,
        copied=copied,
        chosen=result.chosen,
        reason=result.reason,
        findings=_notes(result.diagnosis),
        steps=tuple(StepNote(**asdict(step)) for step in result.steps),
        straightened=result.corners != FULL_FRAME,
        width=result.picture.width,
        height=result.picture.height,
        mask_share=0.0 if result.mask is None else float(result.mask.mean()),
        mask_sha256=sha256_of(order.mask) if order.mask is not None and order.mask.exists() else "",
    )


def _notes(diagnosis: Diagnosis) -> tuple[FindingNote, ...]:
    return tuple(
        FindingNote(
            degradation=finding.degradation.value,
            name=finding.degradation.label,
            title=finding.degradation.title,
            confidence=round(finding.confidence, 3),
            severity=round(finding.severity, 3),
            reason=finding.reason,
        )
        for finding in diagnosis.findings
    )
