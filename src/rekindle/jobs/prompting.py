"""The words that a job would send, shown before anything is spent, and reworded by a model where that is asked for."""

import logging

from rekindle.accounts.users import User
from rekindle.clock import Clock
from rekindle.imaging.measures import Measures
from rekindle.infra.db.database import Database
from rekindle.jobs.rewording import Asking, Reworded, Rewording
from rekindle.jobs.service import Wanted
from rekindle.jobs.tables import JobRow
from rekindle.photos.preparing import Preparing
from rekindle.photos.service import corners_of, owned_photo
from rekindle.providers.understanding import Worded
from rekindle.safety.prompts import PromptRules
from rekindle.treatments.diagnose import diagnose
from rekindle.treatments.prompts import prompt_for

log = logging.getLogger(__name__)


class Prompting:
    """Shows prompts. Nothing leaves this machine unless somebody asks for a rewording, and may."""

    def __init__(
        self, db: Database, preparing: Preparing, rewording: Rewording, *, prompts: PromptRules, clock: Clock
    ) -> None:  # fmt: skip
        """`prompts`: what may be written."""
        self._db = db
        self._preparing = preparing
        self._rewording = rewording
        self._prompts = prompts
        self._clock = clock

    async def preview(self, user: User, wanted: Wanted, *, rewrite: bool) -> Reworded:
        """The words for this request. Raises PhotoNotFound, OriginalGone, PromptTooLong, PromptRefused."""
        options = wanted.options
        self._prompts.checked(options.written)
        found = await self._preparing.diagnosis(user.id, wanted.photo_id)
        measured = diagnose(Measures(**found["measures"]))
        if not rewrite:
            return Reworded(Worded(prompt_for(wanted.operation, measured, options.wishes)), measured)
        async with self._db.reading() as tx:
            photo = await owned_photo(tx, user.id, wanted.photo_id)
        # As if it were a job, by the same rules and in the same books; there is none with this identifier.
        job = JobRow(id=self._clock.new_id(), owner_id=user.id, options=options.to_json())
        asking = Asking(
            job, user.plan, wanted.operation, options.wishes, photo, corners_of(photo),
            photo_ids=[photo.id, *options.photos],
        )  # fmt: skip
        made = await self._rewording.preview(asking, measured)
        if made.cost:
            log.info("rewording a prompt cost %d millionths of a dollar", made.cost)
        return made
