"""Figures of this process for Prometheus: what is counted here, what each figure means, and what its labels can be.

Like loggers, figures belong to the process and not to a service: code counts where something happens. Labels take few
values: forms of paths, our own words, and the names of providers that the settings know. Nothing that somebody sends is
ever a label. Names end in their unit; totals only rise, and begin anew with the process.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, disable_created_metrics
from prometheus_client.exposition import generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

disable_created_metrics()
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 1800.0)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(name, text, labels, registry=REGISTRY)


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    return Gauge(name, text, labels, registry=REGISTRY)


def _histogram(name: str, text: str, *labels: str, buckets: tuple[float, ...]) -> Histogram:
    return Histogram(name, text, labels, registry=REGISTRY, buckets=buckets)


BUILD = Info("rekindle", "Version and role of the process", registry=REGISTRY)
LOG_LINES = _counter("rekindle_log_lines", "Log lines", "level")

# ── requests ──
REQUESTS = _counter("rekindle_requests", "Answers", "method", "route", "status")
REQUEST_SECONDS = _histogram(
    "rekindle_request_seconds", "From the request to the beginning of its answer", "method", "route", buckets=_QUICK
)
REQUESTS_OPEN = _gauge("rekindle_requests_open", "Requests that are being answered, streams of events among them")
UPLOAD_BYTES = _counter("rekindle_upload_bytes", "Bytes of photos that were taken in")

# ── jobs ──
JOBS_SUBMITTED = _counter("rekindle_jobs_submitted", "Jobs that were taken on", "operation")
JOBS_ENDED = _counter("rekindle_jobs_ended", "Jobs that ended", "operation", "status")
JOB_SECONDS = _histogram(
    "rekindle_job_seconds", "From the request for a job to its end", "operation", "status", buckets=_SLOW
)
JOB_WAIT_SECONDS = _histogram("rekindle_job_wait_seconds", "From the request for a job to its start", buckets=_SLOW)
JOBS_TAKEN_OVER = _counter("rekindle_jobs_taken_over", "Jobs that another worker had begun")
STAGE_SECONDS = _histogram("rekindle_stage_seconds", "How long a stage of a job took", "stage", buckets=_SLOW)

# ── attempts at providers ──
ATTEMPTS = _counter("rekindle_attempts", "Attempts that ended", "provider", "outcome")
ATTEMPT_SECONDS = _histogram(
    "rekindle_attempt_seconds", "How long an attempt took, waiting included", "provider", buckets=_SLOW
)
COST_DOLLARS = _counter("rekindle_cost_dollars", "What attempts cost us", "provider")
EGRESS_BYTES = _counter("rekindle_egress_bytes", "Bytes of pictures that were sent to providers", "provider")
CIRCUIT = _gauge("rekindle_circuit_state", "1 for the state that the circuit of a provider is in", "provider", "state")

# ── the queue and the ledger, read from the database when somebody looks ──
QUEUE_AGE_SECONDS = _gauge("rekindle_queue_age_seconds", "How long the longest waiting job waits")
JOBS = _gauge("rekindle_jobs", "Jobs that have not ended, by status", "status")
HOLDS_OPEN = _gauge("rekindle_holds_open", "Holds on credits that have not ended")
HOLDS_OPEN_CREDITS = _gauge("rekindle_holds_open_credits", "Credits that are set aside by them")
CREDITS = _counter("rekindle_credits", "Credits that were moved, by the kind of the move", "kind")
LOOK_FAILED = _counter("rekindle_look_failed", "Looks at the database for these figures that failed")

# ── the process ──
PART_UP = _gauge("rekindle_part_up", "1 where a part that the process stands on works", "part")
TASKS = _counter("rekindle_tasks", "Tasks of the queue that were handed out, by what became of them", "name", "outcome")
SCHEDULE_RUNS = _counter("rekindle_schedule_runs", "Runs of schedules", "name", "outcome")


def rendered() -> bytes:
    """All figures in the text format of Prometheus, version 0.0.4."""
    return generate_latest(REGISTRY)
