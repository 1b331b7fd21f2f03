"""The queue of fal, with models of many makers behind it (https://fal.ai/docs)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from rekindle.providers.errors import BadResult, Lost, Misconfigured, ProviderError, Refused, Unavailable, Unfinished
from rekindle.providers.http import Ask, said
from rekindle.providers.polling import Ended, Polled, address, dig, failed, handed
from rekindle.providers.protocol import Edit, Model, Pending

BASE_URL = "https://queue.fal.run"

SECONDS_TO_BEGIN = 300
"""How long an edit may wait there until it is begun; later nobody wants it any more, and it costs nothing."""

SECONDS_TO_KEEP = 3600
"""After which fal deletes what it made: it is fetched at once."""

HEADERS = {
    "X-Fal-Request-Timeout": str(SECONDS_TO_BEGIN),
    "X-Fal-Object-Lifecycle-Preference": json.dumps({"expiration_duration_seconds": SECONDS_TO_KEEP}),
}

_REFUSALS = frozenset({"content_policy_violation", "no_media_generated"})
_LATE = "request_timeout"
_RESULTS: Sequence[Sequence[str | int]] = (("images", 0, "url"), ("image", "url"), ("video", "url"))


class FalProvider(Polled):
    """Hands edits to the queue. A receipt is the three addresses that came with it: of news, of the result, and to
    cancel; they are not where the edit was handed in.
    """

    known_as: ClassVar[str] = "fal"

    def submission(self, model: Model, form: dict[str, Any], edit: Edit) -> Ask:
        query = "" if edit.nudge is None else "?" + urlencode({"fal_webhook": edit.nudge})
        return Ask("POST", f"/{model.upstream}{query}", edit=edit, json=form, headers=HEADERS, begins=True)

    def receipt(self, model: Model, body: Any) -> str:
        handed(body, "request_id")
        places = [dig(body, name) for name in ("status_url", "response_url", "cancel_url")]
        if not all(isinstance(place, str) and " " not in place for place in places):
            raise Lost("The provider took the edit and gave no receipt.", detail=said(body))
        if not all(place.startswith(f"{self._upstream.base_url}/") for place in places):
            raise Lost("The provider sent us to another host.", detail=said(body))
        return " ".join(places)

    async def look(self, handle: str) -> Pending | Ended:
        news_at, result_at, _ = handle.split(" ")
        news = (await self._upstream.call(Ask("GET", news_at))).body
        status = dig(news, "status")
        if status in ("IN_QUEUE", "IN_PROGRESS"):
            return Pending(handle, self.pause)
        if status != "COMPLETED":
            raise Unavailable("The provider answered with news that nobody knows.", detail=said(news))
        if error := _reason(news) or _told(news):
            raise error
        return _ended((await self._upstream.call(Ask("GET", result_at))).body)

    def cancellation(self, handle: str) -> Ask | None:
        return Ask("PUT", handle.split(" ")[2])


def headers(key: str) -> Mapping[str, str]:
    """What says who asks."""
    return {"Authorization": f"Key {key}"}


def explain(status: int, body: Any) -> ProviderError | None:
    """The hook for `Upstream`: what fal itself says of a bad status, None where the status says it all."""
    return _reason(body) if status >= 400 else None


def _reason(body: Any) -> ProviderError | None:
    """The words of fal that mean the same wherever they stand."""
    detail, words = dig(body, "detail"), said(body)
    listed = cast("list[Any]", detail) if isinstance(detail, list) else []
    kinds = {str(kind) for kind in (dig(body, "error_type"), *(dig(each, "type") for each in listed))}
    if kinds & _REFUSALS:
        return Refused("The provider's safety policy does not allow this edit.", detail=words)
    if "exhausted balance" in words.lower():
        return Misconfigured("The account at the provider is out of funds.", detail=words)
    if _LATE in kinds:
        return Unfinished("The provider did not begin with this edit in time.", detail=words)
    return None


def _told(news: Any) -> ProviderError | None:
    """Completed is not succeeded: the news may have an error in them."""
    error, kind = dig(news, "error"), dig(news, "error_type")
    return failed(f"{kind or ''} {error or ''}".strip()) if error or kind else None


def _ended(result: Any) -> Ended:
    # Some models answer with a black picture where their filter said no.
    if dig(result, "has_nsfw_concepts", 0) is True:
        raise Refused("The provider's safety policy does not allow this edit.", detail=said(result))
    for path in _RESULTS:
        if dig(result, *path) is not None:
            return Ended(address(result, *path))
    raise BadResult("The provider says that it is done and shows nothing.", detail=said(result))
