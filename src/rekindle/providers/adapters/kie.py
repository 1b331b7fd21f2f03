"""Kie: tasks that are handed in and asked for, with every real code inside of the body (https://docs.kie.ai).

It fetches photos itself, so it can only be asked where this server can be reached.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from rekindle.providers.coded import ended_badly, opened, refusal
from rekindle.providers.errors import BadResult, ProviderError, Unavailable
from rekindle.providers.http import Ask, said
from rekindle.providers.polling import Ended, Polled, address, dig, handed
from rekindle.providers.protocol import Edit, Model, Pending

BASE_URL = "https://api.kie.ai"

_UNDER_WAY = ("waiting", "queuing", "generating")


class KieProvider(Polled):
    """Creates tasks; there is no way to cancel one."""

    known_as: ClassVar[str] = "kie"
    pause: ClassVar[float] = 3.0

    def submission(self, model: Model, form: dict[str, Any], edit: Edit) -> Ask:
        back = {} if edit.nudge is None else {"callBackUrl": edit.nudge}
        task = {"model": model.upstream, **back, "input": form}
        return Ask("POST", "/api/v1/jobs/createTask", edit=edit, json=task, begins=True)

    def receipt(self, model: Model, body: Any) -> str:
        return handed(opened(body, begins=True), "taskId")

    async def look(self, handle: str) -> Pending | Ended:
        answer = await self._upstream.call(Ask("GET", f"/api/v1/jobs/recordInfo?taskId={handle}"))
        task = opened(answer.body, begins=False)
        state = dig(task, "state")
        if state in _UNDER_WAY:
            return Pending(handle, self.pause)
        if state == "fail":
            raise ended_badly(dig(task, "failCode"), dig(task, "failMsg"))
        if state != "success":
            raise Unavailable("The provider answered with news that nobody knows.", detail=said(task))
        return Ended(address(_unpacked(dig(task, "resultJson")), "resultUrls", 0))


def headers(key: str) -> Mapping[str, str]:
    """What says who asks."""
    return {"Authorization": f"Bearer {key}"}


def explain(status: int, body: Any) -> ProviderError | None:
    """The hook for `Upstream`: refusals that come with a bad status; those with a good one are found later."""
    return refusal(status, body)


def _unpacked(packed: Any) -> Any:
    """The result, which comes as JSON inside of a string."""
    if not isinstance(packed, str):
        return packed
    try:
        return json.loads(packed)
    except ValueError as error:
        raise BadResult("The provider says that it is done and shows nothing.", detail=packed) from error
