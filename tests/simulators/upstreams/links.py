"""What the simulated upstreams do with the addresses of pictures: they look at `data:` ones and fetch the others."""

import base64
from collections.abc import Sequence

import httpx2

SECONDS = 10.0


class NotThere(Exception):
    """An address at which there is no picture."""


async def picture_at(url: str) -> bytes:
    """The bytes of a picture at a `data:` address or on the web. Raises NotThere."""
    if url.startswith("data:"):
        return base64.b64decode(url.partition(",")[2], validate=True)
    if not url.startswith(("http://", "https://")):
        raise NotThere(url)
    async with httpx2.AsyncClient(timeout=SECONDS, trust_env=False) as client:
        try:
            answer = await client.get(url)
        except httpx2.HTTPError as error:
            raise NotThere(url) from error
    if answer.status_code != 200:
        raise NotThere(url)
    return answer.content


async def pictures_at(urls: Sequence[str]) -> list[bytes]:
    """The bytes of all. Raises NotThere."""
    return [await picture_at(url) for url in urls]
