"""What things cost, in milli-credits: a catalogue is data, and a quote is a price that was shown and holds.

The class of a photo is known only once it was measured, often after the price was shown. So a quote names the most that
it can cost, that much is held, and what is owed in the end is never more. A photo that needs nothing costs nothing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import ClassVar

from rekindle.credits.ledger import CREDIT
from rekindle.errors import Invalid
from rekindle.infra.db.base import Json
from rekindle.treatments.degradations import Degradation
from rekindle.treatments.table import TABLE

WHOLE = 1000
"""Factors are in thousandths: 1000 leaves a price as it is."""


class NotForSale(Invalid):
    code: ClassVar[str] = "not_for_sale"
    title: ClassVar[str] = "This has no price here"


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be priced: an operation, in a quality, on a plan, and the class of the photo if it is known.

    `wished`: something is asked for that is done whatever the photo needs, such as to enlarge it.
    """

    operation: str
    quality: str = "standard"
    plan: str = ""
    degradation: Degradation | None = None
    wished: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that was shown. It is kept with the job, and what the catalogue says later does not change it."""

    catalogue: str
    operation: str
    quality: str
    most: int
    """The most that will be owed, in milli-credits: what to hold."""
    by_class: Mapping[str, int]
    """What is owed for each class, by its letter; never more than `most`."""
    degraded: Mapping[str, int] = field(default_factory=dict[str, int])
    """What is owed instead when only the engine that comes with the product could do it, and not as well."""

    def owed(self, degradation: Degradation, *, degraded: bool = False) -> int:
        """What is owed once the class of the photo is known; 0 when there was nothing to do."""
        whole = min(self.by_class.get(degradation.value, self.most), self.most)
        return min(self.degraded.get(degradation.value, whole), whole) if degraded else whole

    def to_json(self) -> Json:
        """The quote as it is kept with a job."""
        return {**asdict(self), "by_class": dict(self.by_class), "degraded": dict(self.degraded)}


def quote_from_json(stored: Json) -> Quote:
    """The quote that `to_json` wrote."""
    return Quote(**stored)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Prices: a base for each operation, and factors in thousandths for qualities, plans, classes and for what was
    done less well than it should be (`degraded`).

    A plan or a class that is not listed leaves the price as it is; an operation or a quality that is not listed is not
    for sale. Prices are rounded up to a multiple of `step` milli-credits. What is `mending` costs nothing on a
    photo that needs none, unless more was wished for; the rest always does something.
    """

    name: str
    operations: Mapping[str, int]
    qualities: Mapping[str, int] = field(default_factory=lambda: {"standard": WHOLE, "hd": 1500})
    plans: Mapping[str, int] = field(default_factory=dict[str, int])
    classes: Mapping[Degradation, int] = field(default_factory=dict[Degradation, int])
    step: int = 1
    mending: frozenset[str] = frozenset({"restore"})
    degraded: int = 500

    def quote(self, order: Order) -> Quote:
        """The price of an order, to be shown before anything is spent. Raises NotForSale."""
        if order.operation not in self.operations or order.quality not in self.qualities:
            sold = ", ".join(self.operations)
            raise NotForSale(f"{order.operation} in {order.quality} quality is not offered here. There is: {sold}.")
        by_class = {each.value: self._price(order, each) for each in Degradation}
        known = order.degradation
        most = max(by_class.values()) if known is None else by_class[known.value]
        by_class = {letter: min(price, most) for letter, price in by_class.items()}
        lower = {each.value: self._price(order, each, self.degraded) for each in Degradation}
        lower = {letter: min(price, by_class[letter]) for letter, price in lower.items()}
        return Quote(self.name, order.operation, order.quality, most, by_class, lower)

    def _price(self, order: Order, degradation: Degradation, share: int = WHOLE) -> int:
        if degradation is Degradation.NONE and order.operation in self.mending and not order.wished:
            return 0
        factors = (
            self.qualities[order.quality] * self.plans.get(order.plan, WHOLE) * self.classes.get(degradation, WHOLE)
        )
        exact = self.operations[order.operation] * factors * share
        unit = WHOLE**4 * self.step
        return -(-exact // unit) * self.step


REKINDLE = Catalogue(
    "rekindle",
    {
        "restore": 2 * CREDIT,
        "colorize": 3 * CREDIT,
        "restore_colorize": 4 * CREDIT,
        "restyle": 3 * CREDIT,
        "enhance": 2 * CREDIT,
        "fuse": 6 * CREDIT,
        "bring_together": 6 * CREDIT,
        "animate": 8 * CREDIT,
    },
)
CLASSIC = Catalogue(
    "classic",
    {
        "restore": CREDIT,
        "colorize": CREDIT,
        "restore_colorize": CREDIT,
        "restyle": CREDIT,
        "enhance": CREDIT,
        "fuse": 2 * CREDIT,
        "bring_together": 2 * CREDIT,
        "animate": 4 * CREDIT,
    },
    # What an unchanged photo would cost if it were not free is among them.
    classes={degradation: entry.multiplier for degradation, entry in TABLE.items()},
)
NANOBANANA = Catalogue(
    "nanobanana",
    {
        "restore": CREDIT,
        "colorize": CREDIT,
        "restore_colorize": CREDIT,
        "restyle": CREDIT,
        "enhance": CREDIT,
        "fuse": CREDIT,
        "bring_together": CREDIT,
        "animate": 4 * CREDIT,
    },
)
CATALOGUES: Mapping[str, Catalogue] = {each.name: each for each in (REKINDLE, CLASSIC, NANOBANANA)}
"""The presets, by the names under which a deployment chooses one."""
