"""OpenAI's picture models (https://platform.openai.com/docs/api-reference/images/createEdit), and every gateway that
speaks as they do: the address is a setting.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from rekindle.providers.at_once import AtOnce, Drawn
from rekindle.providers.errors import BadResult, Misconfigured, ProviderError, Refused
from rekindle.providers.forms import filled
from rekindle.providers.http import Ask, by_status, said
from rekindle.providers.pictures import alpha_mask
from rekindle.providers.polling import dig
from rekindle.providers.protocol import Edit, Model, Picture

BASE_URL = "https://api.openai.com/v1"

_STEP = 16
"""Of which both sides of what is drawn are a multiple."""

_MOST_PIXELS, _LONGEST = 8_294_400, 3840
"""Of what is drawn, and of a side of it."""

_MOST_ASPECT = 3.0
"""Of what is drawn; a longer photo gets the proportions that the model thinks best."""

_REFUSALS = frozenset({"moderation_blocked", "content_policy_violation"})
_UNPAID = frozenset({"insufficient_quota", "billing_hard_limit_reached", "invalid_api_key"})

File = tuple[str, tuple[str, bytes | Path, str]]


class OpenAiProvider(AtOnce):
    """Asks for one picture in the proportions of the photo, of the first quality among the sizes of the model."""

    known_as: ClassVar[str] = "openai"
    masks: ClassVar[bool] = True

    async def request(self, model: Model, edit: Edit) -> Ask:
        fields = {
            "model": model.upstream,
            "prompt": edit.treatment.prompt,
            "size": _size(edit.images[0], model.max_pixels),
            **({"quality": model.sizes[0]} if model.sizes else {}),
            **{name: str(value) for name, value in filled(model.input, edit).items()},
        }
        files = [_file(number, image) for number, image in enumerate(edit.images)]
        if edit.mask is not None:
            files.append(("mask", ("mask.png", await alpha_mask(edit, edit.mask), "image/png")))
        return Ask("POST", "/images/edits", edit=edit, form=fields, files=tuple(files), begins=True)

    def drawn(self, body: Any) -> Drawn:
        """Always base64 at OpenAI; some gateways answer with an address."""
        found = dig(body, "data", 0, "b64_json") or dig(body, "data", 0, "url")
        if not isinstance(found, str):
            raise BadResult("The provider answered without a picture.", detail=said(body))
        return Drawn(found, _tokens(dig(body, "usage")))


def headers(key: str) -> Mapping[str, str]:
    """What says who asks."""
    return {"Authorization": f"Bearer {key}"}


def explain(status: int, body: Any) -> ProviderError | None:
    """The hook for `Upstream`: what the code of an error means, None where the status says it all.

    Out of funds comes with the status of too many requests. An error can be in an answer with a good status where a
    gateway passes it on.
    """
    error = dig(body, "error")
    if error is None:
        return None
    codes, words = {str(dig(error, "code")), str(dig(error, "type"))}, said(body)
    if codes & _REFUSALS:
        return Refused("The provider's safety policy does not allow this edit.", detail=words)
    if codes & _UNPAID:
        return Misconfigured("The provider does not let us in, or the account is out of funds.", detail=words)
    if 200 <= status < 300:
        told = dig(error, "code")
        return by_status(told if isinstance(told, int) else 500, words, begins=True)
    return None


def _file(number: int, image: Picture) -> File:
    return "image[]", (f"photo-{number}.jpg", image.path, image.media_type)


def _size(picture: Picture, pixels: int) -> str:
    """The size to ask for: the proportions of a picture, with about so many pixels."""
    if max(picture.width / picture.height, picture.height / picture.width) > _MOST_ASPECT:
        return "auto"
    longer = max(picture.width, picture.height)
    scale = min(math.sqrt(min(pixels, _MOST_PIXELS) / picture.pixels), _LONGEST / longer)
    width, height = (max(1, math.floor(side * scale / _STEP)) * _STEP for side in (picture.width, picture.height))
    return f"{width}x{height}"


def _tokens(usage: Any) -> Mapping[str, int]:
    """What was counted. Words that came before a picture are counted as if they were picture, which is dearer."""
    counted = {
        "text_in": dig(usage, "input_tokens_details", "text_tokens"),
        "image_in": dig(usage, "input_tokens_details", "image_tokens"),
        "image_out": dig(usage, "output_tokens"),
    }
    return {kind: count for kind, count in counted.items() if isinstance(count, int)}
