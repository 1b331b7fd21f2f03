"""Replicate: predictions of official models, and of community models at one version of theirs.

`upstream` of a model is `owner/name`, or `owner/name:version` with the 64 digits of a version. A prediction goes away
with its result an hour after it ended, so that the result is fetched as soon as it is there.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from rekindle.providers.errors import Lost, ProviderError, Unfinished
from rekindle.providers.forms import Enclosed
from rekindle.providers.http import Ask, said
from rekindle.providers.polling import Ended, Polled, address, dig, failed, handed, percent, refusal
from rekindle.providers.protocol import Edit, Model, Pending

BASE_URL = "https://api.replicate.com"

MOST_INLINE = 192 * 1024
"""Bytes of a file that goes inside of a request, as 256 kB of base64; a larger one is handed in before it."""

_NOT_BEGUN = {
    "canceled": "Somebody stopped this edit at the provider.",
    "aborted": "The provider did not begin this edit in time.",
}


def headers(key: str) -> Mapping[str, str]:
    """What lets requests in."""
    return {"Authorization": f"Bearer {key}"}


def explain(status: int, body: Any) -> ProviderError | None:
    """The hook for `Upstream`: a refusal by the safety policy before anything began; the status says the rest."""
    return refusal(said(body)) if status in (400, 403, 422) else None


class ReplicateProvider(Polled):
    """Its webhook only wakes us up: what it says is asked for again."""

    known_as: ClassVar[str] = "replicate"

    async def prepared(self, form: dict[str, Any], edit: Edit) -> dict[str, Any]:
        return {name: await self._handed_in(value, edit) for name, value in form.items()}

    async def _handed_in(self, value: Any, edit: Edit) -> Any:
        """The address of a picture that is too large for a request; any other value as it is."""
        if isinstance(value, list):
            return [await self._handed_in(each, edit) for each in cast("list[Any]", value)]
        if not isinstance(value, Enclosed) or await asyncio.to_thread(_size, value) <= MOST_INLINE:
            return value
        kind = value.before.removeprefix("data:").removesuffix(";base64,")
        file = ("content", ("photo", value.path, kind))
        answer = await self._upstream.call(Ask("POST", "/v1/files", edit=edit, files=(file,)))
        return address(answer.body, "urls", "get")

    def submission(self, model: Model, form: dict[str, Any], edit: Edit) -> Ask:
        name, _, version = model.upstream.partition(":")
        body: dict[str, Any] = {"input": form}
        if version:
            body["version"] = version
        if edit.nudge is not None and edit.nudge.startswith("https://"):
            body |= {"webhook": edit.nudge, "webhook_events_filter": ["completed"]}
        path = "/v1/predictions" if version else f"/v1/models/{name}/predictions"
        return Ask("POST", path, edit=edit, json=body, begins=True)

    def receipt(self, model: Model, body: Any) -> str:
        return handed(body, "id")

    async def look(self, handle: str) -> Pending | Ended:
        body = (await self._upstream.call(Ask("GET", f"/v1/predictions/{handle}"))).body
        status = str(dig(body, "status"))
        if status == "failed":
            raise failed(str(dig(body, "error")))
        if status in _NOT_BEGUN:
            raise Unfinished(_NOT_BEGUN[status], detail=str(dig(body, "error") or status))
        if status != "succeeded":
            return Pending(handle, self.pause, percent(dig(body, "logs")))
        if dig(body, "data_removed") is True:
            raise Lost("The provider has removed the result already.", detail=handle)
        seconds = dig(body, "metrics", "predict_time")
        report = {"upstream_id": handle, "predict_seconds": seconds}
        return Ended(_result(body), seconds=seconds if isinstance(seconds, int | float) else 0.0, report=report)

    def cancellation(self, handle: str) -> Ask:
        return Ask("POST", f"/v1/predictions/{handle}/cancel")


def _size(file: Enclosed) -> int:
    return file.path.stat().st_size


def _result(body: Any) -> str:
    """The address of the first result: models say it alone, in a list, or under a name of their own."""
    output = dig(body, "output")
    if isinstance(output, dict):
        output = list(cast("dict[str, Any]", output).values())
    return address(output, 0) if isinstance(output, list) else address(body, "output")
