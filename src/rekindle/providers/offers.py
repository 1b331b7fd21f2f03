"""What can be done here at all: the operations of every provider, and what each makes of them."""

from collections.abc import Mapping, Sequence

from rekindle.providers.protocol import Provider
from rekindle.treatments.operations import Operation


class Offers:
    """The operations on offer."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = providers

    def operations(self) -> Sequence[Operation]:
        """What some provider can do, in the order in which operations are declared."""
        known = {
            operation
            for provider in self._providers
            for model in provider.models
            for operation in model.operations
        }  # fmt: skip
        return [operation for operation in Operation if operation in known]

    def notes(self) -> Mapping[Operation, str]:
        """One sentence for each operation, by the first provider that has one."""
        notes: dict[Operation, str] = {}
        for provider in self._providers:
            for model in provider.models:
                for operation, note in model.notes.items():
                    notes.setdefault(operation, note)
        return notes
