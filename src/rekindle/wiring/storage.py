"""Where files are kept, from the settings: a folder, or an object store."""

import importlib

from rekindle.config import Settings
from rekindle.infra.http import API
from rekindle.infra.scratch import Scratch
from rekindle.infra.storage.embedded import FolderStorage
from rekindle.infra.storage.port import Storage
from rekindle.infra.storage.signing import LinkSigner


def open_storage(settings: Settings, *, scratch: Scratch, signer: LinkSigner) -> Storage:
    """The storage; nothing is asked of a store yet. Raises BadStore, and ModuleNotFoundError without its client."""
    base_url = f"{API}/files"
    if not settings.storage.url:
        return FolderStorage(settings.files_folder, signer=signer, base_url=base_url)
    # Its client is an extra, so it is only looked for where it is wanted.
    module = importlib.import_module("rekindle.wiring.objects")
    return module.open_objects(settings.storage, scratch=scratch, signer=signer, base_url=base_url)
