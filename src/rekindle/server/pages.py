"""The pages: built files, compressed beforehand, with one page for every address that is not the API's."""

import mimetypes
from pathlib import Path
from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from rekindle.infra.http import WholeFile

FOLDER = Path(__file__).parent.parent / "web"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))

NO_PAGES = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Rekindle</title>
<h1>The pages are not built</h1>
<p>Stop the server and start it with <code>make run</code>, which builds them.
The API and the command line work without.</p>
</html>"""


class Pages:
    """An ASGI application for everything that no route answers.

    Nothing under `/api` is ever answered here, so that a mistyped address of the API is a 404 and not a page.
    """

    types: ClassVar[dict[str, str]] = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._answer(Request(scope))
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path == "/api" or path.startswith("/api/"):
            raise HTTPException(404)
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        if (file := self._file(path)) is not None:
            return self._send(request, file, for_ever=path.startswith("/assets/"))
        if Path(path).suffix:
            raise HTTPException(404)
        index = self._folder / "index.html"
        if not index.is_file():
            return HTMLResponse(NO_PAGES, status_code=503)
        return self._send(request, index, for_ever=False)

    def _file(self, path: str) -> Path | None:
        try:
            file = (self._folder / path.lstrip("/")).resolve()
            return file if file.is_file() and file.is_relative_to(self._folder) else None
        except (OSError, ValueError):
            return None

    def _send(self, request: Request, file: Path, *, for_ever: bool) -> Response:
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if for_ever else "no-cache",
            "Vary": "Accept-Encoding",
        }
        media_type = self.types.get(file.suffix) or mimetypes.guess_type(file.name)[0]
        accepted = {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
        for encoding, suffix in ENCODINGS:
            compressed = file.with_name(file.name + suffix)
            if encoding in accepted and compressed.is_file():
                return WholeFile(
                    compressed, media_type=media_type, headers=headers | {"Content-Encoding": encoding}
                )  # fmt: skip
        return WholeFile(file, media_type=media_type, headers=headers)
