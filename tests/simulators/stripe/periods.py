"""When a subscription renews, and what a part of its period is worth."""

import calendar
from datetime import UTC, datetime

from tests.simulators.stripe.world import Thing

SECONDS = {"day": 86400, "week": 7 * 86400}
MONTHS = {"month": 1, "year": 12}


def boundary(anchor: int, recurring: Thing, number: int) -> int:
    """The `number`-th renewal after the anchor. The 31st becomes the last day of a shorter month, and returns."""
    count = number * recurring["interval_count"]
    if recurring["interval"] in SECONDS:
        return anchor + count * SECONDS[recurring["interval"]]
    moment = datetime.fromtimestamp(anchor, UTC)
    years, month = divmod(moment.month - 1 + count * MONTHS[recurring["interval"]], 12)
    year, month = moment.year + years, month + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())


def next_boundary(anchor: int, recurring: Thing, after: int) -> int:
    """The first renewal that is later than `after`."""
    number = 1
    while (moment := boundary(anchor, recurring, number)) <= after:
        number += 1
    return moment


def share(amount: int, item: Thing, now: int) -> int:
    """What the rest of the item's period is worth of `amount`, by the second."""
    start, end = item["current_period_start"], item["current_period_end"]
    return round(amount * max(0, end - now) / (end - start))
