"""Google's picture models (https://ai.google.dev/api/generate-content): one request, and the picture in its answer.

Blocks come with status 200, drafts of models that think look like pictures, and a wrong key is a bad request.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from rekindle.providers.at_once import AtOnce, Drawn
from rekindle.providers.errors import BadResult, Misconfigured, ProviderError, RateLimited, Refused
from rekindle.providers.forms import Enclosed, filled
from rekindle.providers.http import USUAL_PAUSE, Ask, as_pause, by_status, said
from rekindle.providers.polling import dig
from rekindle.providers.protocol import Edit, Model

BASE_URL = "https://generativelanguage.googleapis.com/v1beta"

_UNTIL_TOMORROW = 3600.0
"""Seconds to leave it alone when the quota of the day is used up; nobody tells when the day ends."""

_REFUSALS = frozenset({
    "SAFETY", "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "RECITATION", "IMAGE_RECITATION",
    "BLOCKLIST", "SPII", "MODEL_ARMOR",
})  # fmt: skip
_DISABLED = "PUP_LIMITED_DISABLED"
_LOCKED = frozenset({"API_KEY_INVALID", "API_KEY_EXPIRED", "FAILED_PRECONDITION"})
"""Reasons that come with status 400 and are those of a key or an account; the precondition is that it pays."""


class GeminiProvider(AtOnce):
    """Asks for one picture, of the first size that the model is said to have."""

    known_as: ClassVar[str] = "gemini"

    async def request(self, model: Model, edit: Edit) -> Ask:
        config: dict[str, Any] = {"responseModalities": ["IMAGE"], **filled(model.input, edit)}
        if model.sizes:
            config["imageConfig"] = {"imageSize": model.sizes[0]}
        asked = {"contents": [_content(edit)], "generationConfig": config}
        return Ask("POST", f"/models/{model.upstream}:generateContent", edit=edit, json=asked, begins=True)

    def drawn(self, body: Any) -> Drawn:
        """The last picture that is no draft."""
        blocked, ended = dig(body, "promptFeedback", "blockReason"), str(dig(body, "candidates", 0, "finishReason"))
        if ended == _DISABLED:
            raise Misconfigured("The provider has closed the account.", detail=said(body))
        if blocked or ended in _REFUSALS:
            reason = dig(body, "candidates", 0, "finishMessage") or blocked or ended
            raise Refused("The provider's safety policy does not allow this edit.", detail=str(reason))
        parts = _listed(dig(body, "candidates", 0, "content", "parts"))
        pictures = [dig(part, "inlineData", "data") for part in parts if not dig(part, "thought")]
        found = [data for data in pictures if isinstance(data, str) and data]
        if not found:
            raise BadResult("The provider answered without a picture.", detail=f"{ended}: {said(parts)}")
        return Drawn(found[-1], _tokens(dig(body, "usageMetadata")))


def headers(key: str) -> Mapping[str, str]:
    """What says who asks."""
    return {"x-goog-api-key": key}


def explain(status: int, body: Any) -> ProviderError | None:
    """The hook for `Upstream`: what Google itself says of a trouble, None where the status says it all."""
    told = dig(body, "error", "code")
    if 200 <= status < 300 and not isinstance(told, int):
        return None
    words, details = said(body), _listed(dig(body, "error", "details"))
    code = told if 200 <= status < 300 and isinstance(told, int) else status
    if code == 429:
        pauses = [as_pause(str(dig(each, "retryDelay")).removesuffix("s")) or 0.0 for each in details]
        after = _UNTIL_TOMORROW if _daily(details) else max(pauses, default=0.0) or USUAL_PAUSE
        return RateLimited("The provider asks for a pause.", after=after, detail=words)
    reasons = {str(dig(body, "error", "status")), *(str(dig(each, "reason")) for each in details)}
    if code == 400 and reasons & _LOCKED:
        return Misconfigured("The provider does not let us in.", detail=words)
    return None if code == status else by_status(code, words, begins=True)


def _content(edit: Edit) -> dict[str, Any]:
    """The pictures before the words, as the documents ask for."""
    parts: list[dict[str, Any]] = [
        {"inlineData": {"mimeType": image.media_type, "data": Enclosed(image.path)}} for image in edit.images
    ]
    return {"role": "user", "parts": [*parts, {"text": edit.treatment.prompt}]}


def _tokens(usage: Any) -> Mapping[str, int]:
    """The tokens of the pictures that were made, without those of thoughts and words where they are told apart."""
    kinds = _listed(dig(usage, "candidatesTokensDetails"))
    counted = [dig(each, "tokenCount") for each in kinds if dig(each, "modality") == "IMAGE"]
    count = counted[0] if counted else dig(usage, "candidatesTokenCount")
    return {"image_out": count} if isinstance(count, int) else {}


def _daily(details: list[Any]) -> bool:
    """Whether the quota of the day is used up: its identifier says so in a google.rpc.QuotaFailure."""
    violations = [each for detail in details for each in _listed(dig(detail, "violations"))]
    return any("PerDay" in str(dig(each, "quotaId")) for each in violations)


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
