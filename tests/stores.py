"""Object storage for tests, as the product opens it."""

from dataclasses import replace
from pathlib import Path

from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.direct import Direct
from rekindle.infra.storage.nearby import Nearby
from rekindle.infra.storage.objects import Manners, ObjectStorage
from rekindle.infra.storage.signing import LinkSigner
from rekindle.infra.storage.stores import Place, open_store, signing_key
from tests.seaweedfs import KEY, Seaweed

SIGNER = LinkSigner(b"a secret of sixteen or more", seconds=3600)


def seaweed_place(server: Seaweed, url: str, **changes: object) -> Place:
    """A bucket of the S3 server."""
    place = Place(
        url, endpoint=server.endpoint, region=KEY.region, access_key=KEY.access_key, secret_key=KEY.secret_key
    )  # fmt: skip
    return replace(place, **changes)


def object_storage(place: Place, folder: Path, *, direct: bool = False, nearby: int = 10_000_000) -> ObjectStorage:
    """A storage in a store, with its scratch folder inside `folder`."""
    store = open_store(place)
    manners = Manners(
        place.seconds,
        Direct(place, store, signing_key(place)) if direct else None,
        Nearby(folder / "nearby", max_bytes=nearby),
    )
    return ObjectStorage(
        store, scratch=Scratch(folder / "scratch"), signer=SIGNER, base_url="/api/v1/files", manners=manners
    )  # fmt: skip
