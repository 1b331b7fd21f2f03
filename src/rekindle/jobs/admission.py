"""What may be asked for here: operations that some provider does, models that are there, prompts that are taken."""

from dataclasses import dataclass, field
from typing import ClassVar

from rekindle.errors import Invalid
from rekindle.jobs.options import Options
from rekindle.providers.offers import Offers
from rekindle.safety.prompts import PromptRefused, PromptRules, PromptTooLong
from rekindle.treatments.operations import Operation


class OperationNotOffered(Invalid):
    code: ClassVar[str] = "operation_not_offered"
    title: ClassVar[str] = "This is not offered here"


class UnknownModel(Invalid):
    code: ClassVar[str] = "unknown_model"
    title: ClassVar[str] = "No such provider or model does this here"


NOT_OFFERED = (OperationNotOffered, UnknownModel, PromptTooLong, PromptRefused)
"""What `check` raises."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Looks at each request before a job is made of it."""

    offers: Offers
    prompts: PromptRules = field(default_factory=PromptRules)

    def check(self, operation: Operation, options: Options) -> None:
        """Raise one of NOT_OFFERED."""
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
        fitting = [
            (provider, model)
            for provider, model in choices
            if options.provider in (None, provider) and options.model in (None, model)
        ]
        if not fitting:
            names = ", ".join(f"{provider} {model}" for provider, model in choices)
            raise UnknownModel(f"No such provider or model does {operation.value} here. There is: {names}.")
