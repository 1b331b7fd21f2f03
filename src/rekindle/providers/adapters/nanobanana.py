"""NanoBanana API: of the family of Kie, in an older form (https://docs.nanobananaapi.ai). Experimental: what is known
of it comes from those who use it.

It fetches photos itself, so it can only be asked where this server can be reached.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from rekindle.providers.coded import ended_badly, opened, refusal
from rekindle.providers.errors import ProviderError, Unavailable
from rekindle.providers.http import Ask, said
from rekindle.providers.polling import Ended, Polled, address, dig, handed
from rekindle.providers.protocol import Edit, Model, Pending

BASE_URL = "https://api.nanobananaapi.ai"

NOWHERE = "https://nobody.invalid/"
"""It wants an address to call when it is done, also from those who cannot be called: this one leads nowhere, as the
name says (RFC 6761, 6.4)."""

_UNDER_WAY, _SUCCEEDED = 0, 1
_FAILED = (2, 3)
"""It could not be created, and it could not be made."""

_RESULTS = (("response", "resultImageUrl"), ("response", "originImageUrl"), ("info", "resultImageUrl"))


class NanoBananaProvider(Polled):
    """Hands edits in at the place of their model, which the catalogue names; there is no way to cancel one."""

    known_as: ClassVar[str] = "nanobanana"
    pause: ClassVar[float] = 3.0

    def submission(self, model: Model, form: dict[str, Any], edit: Edit) -> Ask:
        task = {**form, "callBackUrl": edit.nudge or NOWHERE}
        return Ask("POST", f"/api/v1/nanobanana/{model.upstream}", edit=edit, json=task, begins=True)

    def receipt(self, model: Model, body: Any) -> str:
        task = _one(opened(body, begins=True))
        return handed(task, "taskId" if dig(task, "taskId") is not None else "task_id")

    async def look(self, handle: str) -> Pending | Ended:
        answer = await self._upstream.call(Ask("GET", f"/api/v1/nanobanana/record-info?taskId={handle}"))
        task = _one(opened(answer.body, begins=False))
        flag = _whole(dig(task, "successFlag"))
        if flag == _UNDER_WAY:
            return Pending(handle, self.pause)
        if flag in _FAILED:
            raise ended_badly(dig(task, "errorCode"), dig(task, "errorMessage"))
        if flag != _SUCCEEDED:
            raise Unavailable("The provider answered with news that nobody knows.", detail=said(task))
        place = next((path for path in _RESULTS if dig(task, *path)), _RESULTS[0])
        return Ended(address(task, *place))


def headers(key: str) -> Mapping[str, str]:
    """What says who asks."""
    return {"Authorization": f"Bearer {key}"}


def explain(status: int, body: Any) -> ProviderError | None:
    """The hook for `Upstream`: refusals that come with a bad status; those with a good one are found later."""
    return refusal(status, body)


def _one(data: Any) -> Any:
    """The task, which sometimes comes in a list."""
    return dig(data, 0) if isinstance(data, list) else data


def _whole(flag: Any) -> Any:
    return int(flag) if isinstance(flag, str) and flag.isdecimal() else flag
