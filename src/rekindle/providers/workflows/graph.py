"""A workflow in ComfyUI's API format, filled in with an edit.

A file has `workflow` (nodes by their number, each with `class_type` and `inputs`) and `places`: where the prompt, the
photo and the seed go, each as "node.input". A workflow may do without a prompt or a seed, and not without a photo.
"""

import copy
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

from rekindle.providers.forms import data_uri
from rekindle.providers.protocol import Edit

PHOTO = "rekindle.jpg"
"""What the photo is called among the files of a worker."""

_KNOWN = frozenset({"prompt", "photo", "seed"})


def filled_graph(name: str, edit: Edit) -> dict[str, Any]:
    """The input of a worker: `workflow` and `images`. `name` is that of a workflow that comes with the product, or the
    path of one's own, ending with `.json`, which is read: this is not for the event loop. Raises ValueError.
    """
    places, nodes = _template(name)
    graph = copy.deepcopy(dict(nodes))
    values = {"prompt": edit.treatment.prompt, "photo": PHOTO, "seed": edit.seed}
    for what, place in places.items():
        node, _, entry = place.partition(".")
        graph[node]["inputs"][entry] = values[what]
    return {"workflow": graph, "images": [{"name": PHOTO, "image": data_uri(edit.images[0])}]}


@lru_cache(maxsize=16)
def _template(name: str) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """The places and the nodes of a workflow. Raises ValueError."""
    try:
        text = Path(name).read_text(encoding="utf-8") if name.endswith(".json") else _shipped(name)
        described: Any = json.loads(text)
        places, nodes = cast("dict[str, str]", described["places"]), cast("dict[str, Any]", described["workflow"])
        if "photo" not in places or not places.keys() <= _KNOWN:
            message = f"the workflow {name} must name the place of the photo, and may name those of prompt and seed"
            raise ValueError(message)
        for place in places.values():
            node, _, entry = place.partition(".")
            nodes[node]["inputs"][entry]
    except (OSError, KeyError, TypeError, AttributeError) as error:
        message = f"the workflow {name} cannot be used: {error!r}"
        raise ValueError(message) from error
    return places, nodes


def _shipped(name: str) -> str:
    return resources.files("rekindle.providers.workflows").joinpath(f"{name}.json").read_text(encoding="utf-8")
