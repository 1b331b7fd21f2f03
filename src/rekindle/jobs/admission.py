"""What may be asked for here: operations that some provider does, models that are there, prompts that are taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from rekindle.errors import Invalid
from rekindle.jobs.options import Options
from rekindle.providers.asking import Key
from rekindle.providers.offers import Offers
from rekindle.safety.prompts import PromptRefused, PromptRules, PromptTooLong
from rekindle.treatments.operations import Operation


class OperationNotOffered(Invalid):
    code: ClassVar[str] = "operation_not_offered"
    title: ClassVar[str] = "This is not offered here"


class UnknownModel(Invalid):
    code: ClassVar[str] = "unknown_model"
    title: ClassVar[str] = "No such provider or model does this here"


class NeedsPublicAddress(Invalid):
    code: ClassVar[str] = "needs_public_address"
    title: ClassVar[str] = "This provider cannot fetch photos from here"


NOT_OFFERED = (OperationNotOffered, UnknownModel, NeedsPublicAddress, PromptTooLong, PromptRefused)
"""What `check` raises."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Looks at each request before a job is made of it."""

    offers: Offers
    prompts: PromptRules = field(default_factory=PromptRules)

    def check(self, operation: Operation, options: Options) -> None:
        """Raise one of NOT_OFFERED."""
        check_reach(self.offers, operation, (options.provider, options.model))
        offered = self.offers.operations()
        if operation not in offered:
            names = ", ".join(each.value for each in offered) or "nothing"
            raise OperationNotOffered(f"Nothing here can do {operation.value}. There is: {names}.")
        self._check_choice(operation, options)
        self.prompts.checked(options.written)

    def _check_choice(self, operation: Operation, options: Options) -> None:
        if options.provider is None and options.model is None:
            return
        choices = self.offers.choices(operation)
        if not _fitting(choices, (options.provider, options.model)):
            names = ", ".join(f"{provider} {model}" for provider, model in choices)
            raise UnknownModel(f"No such provider or model does {operation.value} here. There is: {names}.")


Chosen = tuple[str | None, str | None]
"""A provider and a model by their names, None where it may be any."""


def check_reach(offers: Offers, operation: Operation, chosen: Chosen) -> None:
    """Raise NeedsPublicAddress where all that is chosen fetches photos by itself, and cannot reach this server."""
    if chosen == (None, None) or _fitting(offers.choices(operation), chosen):
        return
    for provider, _ in _fitting(offers.out_of_reach(operation), chosen):
        raise NeedsPublicAddress(
            f"{offers.title(provider)} fetches photos by an address, and this server has no public one. Choose "
            "another provider, or have the operator set REKINDLE_SERVER__PUBLIC_URL."
        )


def _fitting(choices: Sequence[Key], chosen: Chosen) -> Sequence[Key]:
    provider, model = chosen
    return [each for each in choices if provider in (None, each[0]) and model in (None, each[1])]
