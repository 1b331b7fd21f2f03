"""Which kind of task runs which operation, so that a worker can be kept for some of them."""

from rekindle.infra.queue.port import Kind
from rekindle.treatments.operations import Operation


def kind_of(operation: Operation) -> Kind:
    """Films take minutes where photos take seconds."""
    return "films" if operation is Operation.ANIMATE else "photos"
