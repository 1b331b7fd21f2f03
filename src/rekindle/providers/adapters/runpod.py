"""RunPod: its public endpoints, and workers of one's own that run a ComfyUI workflow.

`upstream` of a model is the id of the endpoint. Results of public endpoints are kept for a week, those of one's own
workers for half an hour; after that the job is unknown, as one is that was never begun.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from rekindle.providers.errors import BadResult, ProviderError, Unfinished
from rekindle.providers.http import Ask, said
from rekindle.providers.polling import Ended, Polled, address, dig, failed, handed, micro_dollars, percent, refusal
from rekindle.providers.protocol import Edit, Model, Pending, Picture
from rekindle.providers.workflows.graph import filled_graph

BASE_URL = "https://api.runpod.ai/v2"

_PLACES = ((), ("image_url",), ("video_url",), ("result",), ("images", 0, "data"), ("images", 0), ("message",))
"""Where the result is: of public endpoints, of newer and older ones, and of ComfyUI workers since and before 5.0."""

_NOT_DONE = "The provider did not finish this edit."


def headers(key: str) -> Mapping[str, str]:
    """What lets requests in."""
    return {"Authorization": f"Bearer {key}"}


def explain(status: int, body: Any) -> ProviderError | None:
    """The hook for `Upstream`: a refusal by the safety policy before anything began; the status says the rest."""
    return refusal(said(body)) if status in (400, 403, 422) else None


class RunpodProvider(Polled):
    """Its webhooks are not signed and only wake us up."""

    known_as: ClassVar[str] = "runpod"

    async def prepared(self, form: dict[str, Any], edit: Edit) -> dict[str, Any]:
        if "workflow" not in form:
            return form
        return await asyncio.to_thread(filled_graph, str(form["workflow"]), edit)

    def submission(self, model: Model, form: dict[str, Any], edit: Edit) -> Ask:
        if "size" in form and model.sizes:
            form = {**form, "size": nearest(model.sizes, edit.images[0])}
        body: dict[str, Any] = {"input": form}
        if edit.nudge is not None:
            body["webhook"] = edit.nudge
        return Ask("POST", f"/{model.upstream}/run", edit=edit, json=body, begins=True)

    def receipt(self, model: Model, body: Any) -> str:
        return f"{model.upstream}/{handed(body, 'id')}"

    async def look(self, handle: str) -> Pending | Ended:
        endpoint, _, job = handle.rpartition("/")
        body = (await self._upstream.call(Ask("GET", f"/{endpoint}/status/{job}"))).body
        status, output = dig(body, "status"), dig(body, "output")
        wrong = dig(body, "error") or dig(output, "error")
        if status in ("FAILED", "TIMED_OUT", "CANCELLED"):
            raise failed(_words(wrong)) if wrong else Unfinished(_NOT_DONE, detail=str(status))
        if status != "COMPLETED":
            return Pending(handle, self.pause, percent(output))
        if wrong:
            raise failed(_words(wrong))
        times = {name: dig(body, name) for name in ("delayTime", "executionTime")}
        worked = times["executionTime"] if isinstance(times["executionTime"], int | float) else 0.0
        cost = micro_dollars(dig(output, "cost"))
        return Ended(_result(output), cost, worked / 1000, {"upstream_id": job, **times})

    def cancellation(self, handle: str) -> Ask:
        endpoint, _, job = handle.rpartition("/")
        return Ask("POST", f"/{endpoint}/cancel/{job}")


def nearest(sizes: tuple[str, ...], picture: Picture) -> str:
    """The size ("width*height") whose proportions are nearest to those of a picture; of such ones the first."""

    def apart(size: str) -> float:
        width, _, height = size.partition("*")
        one, other = int(width) * picture.height, int(height) * picture.width
        return max(one, other) / min(one, other)

    return min(sizes, key=apart)


def _words(wrong: Any) -> str:
    """What went wrong. A worker that broke tells its whole stack, in which any words may be."""
    try:
        told = dig(json.loads(wrong), "error_message")
    except (TypeError, ValueError):
        told = None
    return str(told or wrong)


def _result(output: Any) -> str:
    """The address of the first result, or a `data:` address: workers of one's own may send it as bare base64."""
    found = next((value for place in _PLACES if isinstance(value := dig(output, *place), str) and value), None)
    if found is None:
        raise BadResult("The provider says that it is done and shows nothing.", detail=str(output))
    if found.startswith(("http://", "https://", "data:")):
        return address(found)
    return f"data:application/octet-stream;base64,{found}"
