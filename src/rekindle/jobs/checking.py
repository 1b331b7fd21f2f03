"""A look at what came back from elsewhere, in a child process: rubbish is not believed, and nobody pays for it."""

import asyncio
from dataclasses import replace

from rekindle.errors import RekindleError
from rekindle.imaging.sending import bring_in
from rekindle.infra.workbench import Workbench, WorkError
from rekindle.jobs.work import Part, Work
from rekindle.photos.moderation import About, Moderation
from rekindle.providers.errors import BadResult
from rekindle.providers.protocol import VIDEO_TYPE, WORKING_TYPE, Done, Edit, Picture
from rekindle.providers.results import accept


class Checking:
    """Judges results, and makes working files of them."""

    def __init__(self, bench: Workbench, *, seconds: float, moderation: Moderation | None = None) -> None:
        """`seconds` is how long each look may take. `moderation` says what may go elsewhere and come from there."""
        self._bench = bench
        self._seconds = seconds
        self._moderation = moderation

    async def may_leave(self, edit: Edit, work: Work, part: Part) -> None:
        """Raise ContentRefused or HeldForReview for a photo that must not be sent. What came of earlier photos was
        looked at when it came.
        """
        if self._moderation is not None:
            photos, job = work.inputs.photos[part.start : part.stop], work.claim.job
            images = edit.images[len(edit.images) - len(photos) :]
            for (photo, _), image in zip(photos, images, strict=True):
                await self._moderation.check(image.path, About(photo.owner_id, photo.id, "sending", job.id))

    async def may_come(self, done: Done, work: Work) -> None:
        """Raise ContentRefused or HeldForReview for a result that must not be shown."""
        job = work.claim.job
        if self._moderation is not None and not done.unchanged:
            about = About(job.owner_id, job.photo_id, "result", job.id)
            await self._moderation.check(done.images[0].path, about)

    async def own(self, done: Done, edit: Edit) -> Done:
        """What the engine of this machine made. Raises BadResult."""
        await asyncio.to_thread(accept, done, edit)
        return done

    async def brought(self, done: Done, edit: Edit, source: Picture) -> Done:
        """What came from elsewhere for the working file `source`, as a working file: laid on the photo where it shows
        the same, else as it is. Films are taken as they are. Raises BadResult.
        """
        if done.unchanged:
            return done
        await asyncio.to_thread(accept, done, edit)
        result = done.images[0]
        if result.media_type == VIDEO_TYPE:
            return done
        try:
            return replace(done, images=[await self._working(result, edit, source)])
        except (BadResult, WorkError):
            raise
        except RekindleError as error:
            raise BadResult("The picture that came back cannot be read.", detail=error.message) from error

    async def _working(self, result: Picture, edit: Edit, source: Picture) -> Picture:
        target, kind = edit.folder / "adopted.tif", "mended" if edit.operation.mends else "new"
        found = await self._bench.run(bring_in, result.path, source.path, target, kind, seconds=self._seconds)
        if found.reason:
            raise BadResult(found.reason, detail=f"alike {found.alike:.2f}")
        return Picture(target, WORKING_TYPE, found.width, found.height)
