"""Bake-offs as the API shows them."""

from collections.abc import Sequence

from rekindle.infra.db.base import Json
from rekindle.jobs.bakeoff_schemas import BakeoffOut, CandidateOut, FavouriteOut
from rekindle.jobs.bakeoff_tables import ContenderRow, FavouriteRow
from rekindle.jobs.bakeoffs import LETTERS, Bakeoff
from rekindle.jobs.candidates import Contender
from rekindle.jobs.lifecycle import ENDED
from rekindle.jobs.options import shown
from rekindle.jobs.present import JobPresenter
from rekindle.jobs.schemas import JobOut
from rekindle.jobs.tables import JobRow
from rekindle.jobs.veil import may_be_chosen
from rekindle.providers.offers import Offers
from rekindle.treatments.operations import Operation

SAME_NAMES = ("id", "photo_id", "operation", "blind", "created_at", "chosen_at", "chosen_job_id")
OF_A_CHOICE = ("provider", "model", "seconds", "sends", "marks", "note", "experimental")


class BakeoffPresenter:
    """Turns rows into response bodies."""

    def __init__(self, jobs: JobPresenter, *, offers: Offers) -> None:
        self._jobs = jobs
        self._offers = offers

    async def bakeoff(self, bakeoff: Bakeoff) -> BakeoffOut:
        """One bake-off; who made what only where that may be told."""
        row, rows = bakeoff.row, [job for _, job in bakeoff.entries]
        revealed = _revealed(bakeoff)
        bodies = await self._jobs.jobs(rows)
        entries = zip(bakeoff.entries, bodies, strict=True)
        chosen = [LETTERS[entry.position] for entry, job in bakeoff.entries if job.id == row.chosen_job_id]
        return BakeoffOut.model_validate(
            {
                **{name: getattr(row, name) for name in SAME_NAMES},
                "options": shown(row.options) | {"provider": None, "model": None},
                "revealed": revealed,
                "none_better": row.chosen_at is not None and row.chosen_job_id is None,
                "chosen": chosen[0] if chosen else None,
                "price": _price(rows, told=revealed),
                "jobs": [self._contender(entry, job, body, told=revealed) for (entry, job), body in entries],
            }
        )

    def candidate(self, contender: Contender) -> CandidateOut:
        """Somebody who can do it."""
        choice = contender.choice
        return CandidateOut.model_validate(
            {
                **{name: getattr(choice, name) for name in OF_A_CHOICE},
                "provider_title": choice.title,
                "price": contender.price,
                "estimate": contender.estimate,
                "available": contender.refused is None or contender.passes,
                "refused": contender.refused,
            }
        )

    def favourite(self, row: FavouriteRow) -> FavouriteOut:
        """Whom somebody chose."""
        offered = self._offers.choices(Operation(row.operation))
        return FavouriteOut.model_validate(
            {
                **{name: getattr(row, name) for name in ("operation", "provider", "model", "chosen_at")},
                "provider_title": self._offers.title(row.provider),
                "on_offer": (row.provider, row.model) in offered,
            }
        )

    def _contender(self, entry: ContenderRow, job: JobRow, body: JobOut, *, told: bool) -> Json:
        cost = None if job.result is None else job.result.get("cost")
        named = {"provider": None, "provider_title": None, "model": None, "cost": None} if not told else {
            "provider": entry.provider, "provider_title": self._offers.title(entry.provider), "model": entry.model,
            "cost": cost,
        }  # fmt: skip
        return {"letter": LETTERS[entry.position], "job": body, **named}


def _revealed(bakeoff: Bakeoff) -> bool:
    undecided = bakeoff.row.chosen_at is None and any(may_be_chosen(job.status) for _, job in bakeoff.entries)
    return not (bakeoff.row.blind and undecided)


def _price(rows: Sequence[JobRow], *, told: bool) -> Json | None:
    """Of all jobs together. What was charged could tell who it was while that is not told."""
    quotes = [row.quote for row in rows if row.quote is not None]
    if not quotes:
        return None
    ended = told and all(row.status in ENDED for row in rows)
    return {
        "most": sum(quote["most"] for quote in quotes),
        "charged": sum(row.charged or 0 for row in rows) if ended else None,
    }
