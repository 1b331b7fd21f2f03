"""Routes of prompts: what would be sent, before anything is."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from rekindle.accounts.asking import asks
from rekindle.accounts.users import User
from rekindle.infra.http import API, problems, service
from rekindle.jobs.options import Options
from rekindle.jobs.prompting import Prompting
from rekindle.jobs.rewording import Reworded
from rekindle.jobs.schemas import JobOptions, OperationName
from rekindle.jobs.service import Wanted
from rekindle.photos.schemas import Body, FindingOut
from rekindle.photos.service import OriginalGone, PhotoNotFound
from rekindle.safety.prompts import PromptRefused, PromptTooLong
from rekindle.treatments.operations import Operation

router = APIRouter(prefix=API, tags=["jobs"])

Asker = Annotated[User, asks()]
Showing = Annotated[Prompting, service(Prompting)]


class PreviewPrompt(Body):
    """What a job would be asked for. Options that say nothing about words are ignored."""

    photo_id: UUID
    operation: OperationName = "restore"
    options: JobOptions = Field(default_factory=JobOptions)
    rewrite: bool = Field(
        default=False,
        strict=True,
        description="Have a model put it into better words, where one is configured and the photo may leave. Without "
        "it nothing is sent anywhere. A job with the option `rewrite` then sends the words that are shown.",
    )


class PromptOut(Body):
    """The words that a model would be sent."""

    prompt: str
    version: str = Field(description="The texts that it is made from, each with its version.")
    diagnosis: list[FindingOut] = Field(description="What it goes by, worst first.")
    rewritten: bool
    by: str = Field(description="`rules`, or the name of the model that put it into words.")


@router.post("/prompts/preview", responses=problems(PhotoNotFound, OriginalGone, PromptTooLong, PromptRefused))
async def preview_prompt(body: PreviewPrompt, user: Asker, prompting: Showing) -> PromptOut:
    """Show the words that a job would send. It costs nothing."""
    options = Options.from_json(body.options.model_dump(mode="json"))
    wanted = Wanted(body.photo_id, Operation(body.operation), options)
    return _shown(await prompting.preview(user, wanted, rewrite=body.rewrite))


def _shown(previewed: Reworded) -> PromptOut:
    worded = previewed.worded
    findings = [
        FindingOut(
            degradation=each.degradation.value, name=each.degradation.label, confidence=each.confidence,
            severity=each.severity, reason=each.reason,
        )
        for each in previewed.diagnosis.findings
    ]  # fmt: skip
    return PromptOut(
        prompt=worded.prompt.text, version=worded.prompt.version, diagnosis=findings, rewritten=worded.rewritten,
        by=worded.by,
    )  # fmt: skip
