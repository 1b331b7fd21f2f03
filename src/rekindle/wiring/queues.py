"""The queue, from the settings."""

from rekindle.clock import Clock
from rekindle.config import Settings
from rekindle.infra.db.database import Database
from rekindle.infra.queue.embedded import TableQueue
from rekindle.infra.queue.order import Order
from rekindle.infra.queue.port import Queue
from rekindle.infra.queue.procrastinate import ProcrastinateQueue


def queue_of(settings: Settings, db: Database, *, clock: Clock) -> Queue:
    """What says which task is next."""
    chosen = settings.queue
    make = ProcrastinateQueue if chosen.kind == "procrastinate" else TableQueue
    order = Order(share=chosen.share_seconds, ageing=chosen.ageing_seconds)
    return make(db, clock=clock, lease_seconds=settings.jobs.lease_seconds, order=order, kinds=chosen.kinds)
