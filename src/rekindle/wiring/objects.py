"""An object store, from the settings; apart from the rest because its client is an extra."""

from rekindle.config_storage import StorageSettings
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.direct import Direct
from rekindle.infra.storage.nearby import Nearby
from rekindle.infra.storage.objects import Manners, ObjectStorage
from rekindle.infra.storage.signing import LinkSigner
from rekindle.infra.storage.stores import Place, open_store, signing_key


def open_objects(chosen: StorageSettings, *, scratch: Scratch, signer: LinkSigner, base_url: str) -> ObjectStorage:
    """The storage in the store that is chosen. Raises BadStore."""
    place = place_of(chosen)
    manners = Manners(
        chosen.seconds, _direct(chosen, place), Nearby(scratch.aside("nearby"), max_bytes=chosen.nearby_bytes)
    )  # fmt: skip
    return ObjectStorage(open_store(place), scratch=scratch, signer=signer, base_url=base_url, manners=manners)


def place_of(chosen: StorageSettings) -> Place:
    """Where the store is and how one gets in."""
    secret = chosen.secret_key
    return Place(
        chosen.url, endpoint=chosen.endpoint, region=chosen.region, access_key=chosen.access_key,
        secret_key=None if secret is None else secret.get_secret_value(), seconds=chosen.seconds,
    )  # fmt: skip


def _direct(chosen: StorageSettings, place: Place) -> Direct | None:
    """The store as browsers reach it, where they are to."""
    if not chosen.direct:
        return None
    outside = place.at(chosen.public_endpoint)
    return Direct(outside, open_store(outside), signing_key(outside))
