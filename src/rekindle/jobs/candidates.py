"""Who could do something to a photo, what each would cost, and why somebody cannot be asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rekindle.accounts.users import User
from rekindle.infra.db.database import Database
from rekindle.jobs.charges import Charges
from rekindle.jobs.egress import Egress
from rekindle.jobs.service import Wanted
from rekindle.photos.service import owned_photo
from rekindle.photos.tables import PhotoRow
from rekindle.providers.asking import Key, Ranking, Request, Size
from rekindle.providers.choosing import Choosing
from rekindle.providers.offers import Choice, Offers
from rekindle.treatments.operations import Operation


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody who can do it. `price` is the most that it costs whoever asks, in milli-credits, None where nothing is
    ever charged; `estimate` what it costs us, in millionths of a dollar, None where nobody knows. `refused` says why
    it cannot be asked; it may be there all the same where that `passes` soon.
    """

    choice: Choice
    price: int | None
    estimate: int | None
    refused: str | None = None
    passes: bool = True

    @property
    def key(self) -> Key:
        return self.choice.provider, self.choice.model


class Candidates:
    """Lists everybody who could do something to a photo."""

    def __init__(
        self, db: Database, choosing: Choosing, *, offers: Offers, charges: Charges, egress: Egress, links: bool
    ) -> None:
        """`links`: providers can fetch photos from this server."""
        self._db = db
        self._choosing = choosing
        self.offers = offers
        self._charges = charges
        self._egress = egress
        self._links = links

    async def of(self, user: User, wanted: Wanted) -> Sequence[Contender]:
        """Everybody who can do what is wanted. Raises PhotoNotFound and NotInPlan.

        Nothing is sent anywhere, and nothing is set aside.
        """
        self._charges.check_plan(user, wanted.operation)
        async with self._db.reading() as tx:
            photo = await owned_photo(tx, user.id, wanted.photo_id)
        quote = self._charges.quote(user, photo, wanted.operation, wanted.options)
        price = None if quote is None else quote.most
        request = await self._request(user, photo, wanted)
        ranking = await self._choosing.ranking(request)
        found: list[Contender] = []
        for choice in self.offers.detailed(wanted.operation):
            contender = _judged(Contender(choice, price, choice.cost), ranking)
            if not contender.passes:
                # Chosen by name more is allowed: what is experimental, or has a price that nobody knows.
                named = replace(request, provider=choice.provider, model=choice.model)
                contender = _judged(contender, await self._choosing.ranking(named))
            found.append(contender)
        return found

    async def _request(self, user: User, photo: PhotoRow, wanted: Wanted) -> Request:
        options, film = wanted.options, wanted.operation is Operation.ANIMATE
        stays = options.local_only or await self._egress.would_stay(user.id, [photo.id])
        return Request(
            wanted.operation, [Size(photo.width, photo.height)], plan=user.plan, user=user.id, local_only=stays,
            strategy=self._charges.plans.find(user.plan).strategy.value, links=self._links, quality=options.quality,
            seconds=options.wishes.seconds if film else 0.0,
        )  # fmt: skip


def _judged(contender: Contender, ranking: Ranking) -> Contender:
    for each in ranking.candidates:
        if each.key == contender.key:
            return replace(contender, estimate=each.estimate, refused=None, passes=True)
    for each in ranking.refused:
        if (each.provider, each.model) == contender.key:
            return replace(contender, refused=each.reason, passes=each.passes)
    return contender
