"""Parts of a job, as a span and as a figure at once."""

import time
from collections.abc import Generator
from contextlib import contextmanager

from rekindle.infra.observing import metrics
from rekindle.infra.observing.spans import span


@contextmanager
def stage(name: str) -> Generator[None]:
    """In this block, a job is at this stage: one of a few words of ours. One that fails counts, too."""
    began = time.perf_counter()
    try:
        with span(name):
            yield
    finally:
        metrics.STAGE_SECONDS.labels(name).observe(time.perf_counter() - began)
