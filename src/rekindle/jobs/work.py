"""One job's work as all its attempts have it in common: what is to be done, with what, and how far it is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from rekindle.infra.db.base import Json
from rekindle.jobs.claims import Claim, Meter
from rekindle.jobs.inputs import Inputs, Opened
from rekindle.jobs.options import Options
from rekindle.jobs.story import MOST_CONSIDERED
from rekindle.providers.asking import Candidate, Key, Ranking, Request
from rekindle.providers.errors import ProviderError
from rekindle.providers.protocol import Edit, Picture
from rekindle.providers.routing import CANNOT
from rekindle.treatments.diagnose import NOTHING_FOUND, Diagnosis
from rekindle.treatments.operations import Operation
from rekindle.treatments.plan import Treatment, for_part
from rekindle.treatments.prompts import WHOLE, Chunk

Tried = dict[Key, ProviderError]
"""Providers and models that were asked before, and how that ended."""


@dataclass(frozen=True, slots=True)
class Part:
    """The photos `start` up to `stop` of a job, after what came of those before: what a model takes at once."""

    start: int
    stop: int
    earlier: Picture | None = None
    chunk: Chunk = WHOLE


def parts_of(photos: int, most: int) -> list[Part]:
    """The calls that a model needs that takes so many at once. Every photo is in one of them."""
    parts = [Part(0, min(photos, most))]
    while parts[-1].stop < photos:
        start = parts[-1].stop
        parts.append(Part(start, min(photos, start + max(1, most - 1))))
    return [replace(part, chunk=Chunk(number, len(parts))) for number, part in enumerate(parts, start=1)]


@dataclass(slots=True)
class Work:
    """`request` says what is to be done as far as it matters by whom. Files go into `folder`; `nudged` is set when a
    provider says that it is done.
    """

    claim: Claim
    request: Request
    treatment: Treatment
    inputs: Inputs
    folder: Path
    meter: Meter
    diagnosis: Diagnosis = NOTHING_FOUND
    nudged: asyncio.Event = field(default_factory=asyncio.Event)
    tried: Tried = field(default_factory=dict[Key, ProviderError])
    story: list[Json] = field(default_factory=list[Json])
    wanted: bool = False
    """Whether somebody elsewhere was to do it."""
    first_at: datetime | None = None
    """When its first attempt was begun."""
    waits: int = 0
    waited: float = 0.0
    """How often, and how many seconds, it waited until somebody could be asked."""

    @property
    def operation(self) -> Operation:
        return self.request.operation

    @property
    def photo_ids(self) -> Sequence[UUID]:
        """Every photo, in the order in which they go into the edit."""
        return [photo.id for photo, _ in self.inputs.photos]

    @property
    def words_cost(self) -> int:
        """What its words cost, in millionths of a dollar."""
        words = self.claim.job.words
        return 0 if words is None else words["cost"]

    def asking(self) -> Request:
        """The request, without those who were asked already."""
        return replace(self.request, tried=frozenset(self.tried))

    def edit(self, key: str, model: str, pictures: tuple[Opened, Part], folder: Path) -> Edit:
        """The edit to ask for, with working files. A mask goes with a single photo only."""
        opened, part = pictures
        images = [*([part.earlier] if part.earlier else []), *opened.pictures[part.start : part.stop]]
        wishes = Options.from_json(self.claim.job.options).wishes
        boards = 1 if wishes.moodboard and part.stop == len(opened.pictures) else 0
        treatment = for_part(
            self.treatment, self.operation, wishes, photos=len(images) - boards, chunk=part.chunk
        )  # fmt: skip
        return Edit(
            key=key, operation=self.operation, model=model, images=images, mask=opened.mask,
            treatment=treatment, wishes=wishes, folder=folder,
            progress=self.meter,
        )  # fmt: skip

    def remember(self, ranking: Ranking) -> bool:
        """Keep why whom is asked, the first reason for each that is for this operation; whether anything is new."""
        known = {(each["provider"], each["model"]) for each in self.story}
        new: list[Json] = [
            {
                "provider": each.provider.name, "model": each.model.id, "score": round(each.score, 4), "why": each.why,
                "refused": None,
            }
            for each in ranking.candidates if each.key not in known
        ]  # fmt: skip
        new += [
            {"provider": each.provider, "model": each.model, "score": None, "why": "", "refused": each.reason}
            for each in ranking.refused
            if (each.provider, each.model) not in known and not each.reason.startswith(CANNOT)
        ]  # fmt: skip
        self.story = [*self.story, *new][:MOST_CONSIDERED]
        return bool(new)

    def refuse(self, candidate: Candidate, reason: str) -> None:
        """Keep why one who was to be asked was not."""
        for each in self.story:
            if (each["provider"], each["model"]) == candidate.key:
                each["refused"] = reason
