"""Which models can do an edit, and in what order to ask them: scores, and reasons for whoever is left out.

The engine of this machine comes after all others, or first where the conditions say that it is good enough. Whom the
person chose before comes before everybody, if it may be asked at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rekindle.providers.asking import (
    Candidate,
    Conditions,
    Offer,
    Ranking,
    Refused,
    Request,
    Size,
    Standing,
    Weights,
)
from rekindle.providers.costs import MICRO, estimate
from rekindle.providers.health import Circuit, Health
from rekindle.providers.protocol import Model, Provider, Takes
from rekindle.treatments.operations import Operation

FULL_COST = MICRO // 20
"""What gets no points for its cost, unless a candidate is dearer still: five cents."""

FULL_SECONDS = 60.0
"""What gets no points for its speed, unless a candidate is slower still."""

USUAL_FILM = 5.0
"""Seconds of a film, where nobody said how long it is to be."""

STRATEGIES = ("free", "paid", "premium")

PRESETS: Mapping[str, Mapping[str, Weights]] = {
    "balanced": {
        "free": Weights(cost=0.7),
        "paid": Weights(),
        "premium": Weights(quality=0.7),
    },
    "thrifty": {name: Weights(cost=2.0, quality=0.2, speed=0.1, reliability=0.3) for name in STRATEGIES},
    "finest": {name: Weights(cost=0.05, quality=2.0, speed=0.1, reliability=0.4) for name in STRATEGIES},
    "fastest": {name: Weights(cost=0.2, quality=0.3, speed=2.0, reliability=0.4, load=0.4) for name in STRATEGIES},
}
"""Weights of each strategy. `balanced`: the free one looks for what is cheap, the paid one for a balance, the premium
one for quality. With the others an operator says what counts for everybody.
"""

CANNOT = "It cannot do this"
"""What the reason begins with for a model that is for other operations."""

LEFT_ALONE = "It failed several times in a row and is left alone for a while."
CHOSEN_BEFORE = "You chose it before. "
BEING_PROBED = "It failed several times in a row, and one call is finding out whether it works again."

NEW = Health()


def offers_of(providers: Iterable[Provider]) -> Sequence[Offer]:
    """Every model of every provider."""
    return [Offer(provider, model) for provider in providers for model in provider.models]


def rank(offers: Sequence[Offer], request: Request, conditions: Conditions) -> Ranking:
    """Whom to ask for an edit, in this order, and why nobody else."""
    refused: list[Refused] = []
    passing: list[Offer] = []
    for offer in offers:
        never = forbidden(offer, request, conditions)
        reason = never or _unfit_now(offer, conditions)
        if reason is None:
            passing.append(offer)
        else:
            wanted = never is None or never == conditions.budget.get(offer.key)
            refused.append(Refused(*offer.key, reason, wanted=wanted, passes=never is None))
    scored = list(_scored(passing, request, conditions))
    first = -1 if conditions.engine_first else 1
    order = sorted(
        range(len(scored)),
        key=lambda at: (
            passing[at].key != request.favourite, first if passing[at].stays else 0, -round(scored[at].score, 9), at
        ),
    )  # fmt: skip
    return Ranking([scored[at] for at in order], refused)


def forbidden(offer: Offer, request: Request, conditions: Conditions) -> str | None:
    """Why a model may never be asked for this edit, None when it may: what does not pass with time."""
    return (
        _unwanted(offer, request, conditions)
        or _incapable(offer, request)
        or _unreachable(offer, request, conditions)
        or _unaffordable(offer, request, conditions)
    )


def calls_of(model: Model, request: Request) -> int | None:
    """How often a model must be asked for one result; None when it cannot take so many photos.

    Each call after the first brings what came of the one before, as one of its pictures.
    """
    photos = len(request.pictures)
    if photos <= model.max_inputs:
        return 1
    if model.max_inputs < 2 or request.operation.photos[1] == 1:
        return None
    return 1 + -(-(photos - model.max_inputs) // (model.max_inputs - 1))


def is_priced(model: Model) -> bool:
    """Whether anybody knows what it costs. A price of tokens alone does not say how many there will be."""
    price = model.price
    if price is None:
        return False
    return not price.tokens or bool(price.image or price.megapixel or price.second or price.by_size)


def estimate_of(model: Model, request: Request) -> int | None:
    """What a result will cost at most, in millionths of a dollar; None where nobody knows."""
    price = model.price
    if price is None or not is_priced(model):
        return None
    film = request.operation is Operation.ANIMATE
    seconds = (request.seconds or USUAL_FILM) if film else _usual_seconds(model, request) if price.second else 0.0
    one = estimate(model, pixels=_largest(request), seconds=seconds) or 0
    if one == 0 and price.by_size:
        one = max(price.by_size.values())  # There is none for the size that is asked for: the dearest will do.
    return one * (calls_of(model, request) or 1)


def _largest(request: Request) -> int:
    return max([picture.width * picture.height for picture in request.pictures], default=0)


def _usual_seconds(model: Model, request: Request) -> float:
    return model.typical * max(1.0, min(_largest(request), model.max_pixels) / 1e6)


def _unwanted(offer: Offer, request: Request, conditions: Conditions) -> str | None:
    model = offer.model
    if request.operation not in model.operations:
        return f"{CANNOT}: {request.operation.value.replace('_', ' ')}."
    if request.provider not in (None, offer.provider.name) or request.model not in (None, model.id):
        return "Another one was chosen by name."
    if model.experimental and not conditions.experimental and request.model != model.id:
        return "It is experimental, and not asked unless somebody allows it."
    if offer.key in request.tried:
        return "It was asked before for this photo."
    return None


def _incapable(offer: Offer, request: Request) -> str | None:
    model, photos = offer.model, len(request.pictures)
    if calls_of(model, request) is None:
        return f"It takes {_counted(model.max_inputs, 'photo')} at once, not {photos}."
    largest = _largest(request)
    # What is sent elsewhere is made smaller first.
    if offer.stays and largest > model.max_pixels:
        return f"It takes photos of up to {model.max_pixels / 1e6:.0f} megapixels, this one has {largest / 1e6:.0f}."
    return None


def _unreachable(offer: Offer, request: Request, conditions: Conditions) -> str | None:
    if offer.stays:
        return None
    if request.local_only or conditions.local_only:
        return "This photo must not leave this machine."
    if offer.model.takes is Takes.LINKS and not request.links:
        return "It fetches photos by an address, and this server has no public one."
    return None


def _unaffordable(offer: Offer, request: Request, conditions: Conditions) -> str | None:
    chosen = conditions.unknown_price == "chosen" and request.model == offer.model.id
    if not is_priced(offer.model) and not (chosen or conditions.unknown_price == "always"):
        return "Nobody knows what it costs."
    return None if offer.stays else conditions.budget.get(offer.key)


def _unfit_now(offer: Offer, conditions: Conditions) -> str | None:
    """What will pass with time. The engine of this machine is always there."""
    standing = conditions.standings.get(offer.provider.name, Standing())
    if offer.stays:
        return None
    if standing.circuit is Circuit.OPEN:
        return LEFT_ALONE
    if standing.circuit is Circuit.HALF_OPEN and standing.probed:
        return BEING_PROBED
    return standing.closed


def _scored(offers: Sequence[Offer], request: Request, conditions: Conditions) -> Iterator[Candidate]:
    costs = [estimate_of(offer.model, request) for offer in offers]
    times = [_seconds(offer, request, conditions.records.get(offer.key, NEW)) for offer in offers]
    most, slowest = max([FULL_COST, *(cost or 0 for cost in costs)]), max([FULL_SECONDS, *times])
    for offer, cost, seconds in zip(offers, costs, times, strict=True):
        record = conditions.records.get(offer.key, NEW)
        standing = conditions.standings.get(offer.provider.name, Standing())
        parts = {
            "cost": 0.0 if cost is None else 1 - cost / most,
            "quality": offer.model.fits(request.operation),
            "speed": 1 - seconds / slowest,
            "reliability": record.success,
            "load": 1 - min(1.0, max(0.0, standing.load)),
        }
        score = _score(parts, conditions.weights, hd=request.quality == "hd")
        calls = calls_of(offer.model, request) or 1
        why = _why(offer, (score, cost, seconds, calls), record, request)
        yield Candidate(offer.provider, offer.model, score, cost, why, parts, calls)


def _score(parts: Mapping[str, float], weights: Weights, *, hd: bool) -> float:
    counted = {
        "cost": weights.cost, "quality": weights.quality * (2 if hd else 1), "speed": weights.speed,
        "reliability": weights.reliability, "load": weights.load,
    }  # fmt: skip
    total = sum(counted.values())
    return sum(weight * parts[name] for name, weight in counted.items()) / total if total else 0.0


def _seconds(offer: Offer, request: Request, record: Health) -> float:
    """How long it will take: as it did lately, else as it usually does."""
    each = record.seconds if record.calls else _usual_seconds(offer.model, request)
    return each * (calls_of(offer.model, request) or 1)


def _why(offer: Offer, figures: tuple[float, int | None, float, int], record: Health, request: Request) -> str:
    score, cost, seconds, calls = figures
    model = offer.model
    price = (
        "at a price that nobody knows" if cost is None else "for nothing" if cost == 0 else f"for about {dollars(cost)}"
    )
    lately = f"{record.success:.0%} of its calls went well lately" if record.calls else "it was not asked before"
    chunks = f" The photos go there in {calls} calls." if calls > 1 else ""
    smaller = " The photo is made smaller for it." if not offer.stays and _shrinks(model, request.pictures) else ""
    fits = f"quality {model.fits(request.operation):.2f}"
    before = CHOSEN_BEFORE if offer.key == request.favourite else ""
    return f"{before}Score {score:.2f}: {price}, {fits}, in about {seconds:.0f} s, and {lately}.{chunks}{smaller}"


def _shrinks(model: Model, pictures: Sequence[Size]) -> bool:
    return any(
        picture.pixels > model.max_pixels or max(picture.width, picture.height) > model.max_side for picture in pictures
    )


def dollars(cost: int) -> str:
    """An amount in millionths of a dollar, for people: `$0.039`."""
    text = f"{cost / MICRO:.6f}".rstrip("0")
    whole, _, parts = text.partition(".")
    return f"${whole}.{parts:0<2}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
