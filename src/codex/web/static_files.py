"""`/static`: the built front-end files, from memory. Their names change with their content, so they stay for good."""

from dataclasses import dataclass
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from litestar import Response, get
from litestar.params import FromPath

from codex.httpkit.asked import Req
from codex.httpkit.needs import Need
from codex.web.present.render import DIST, AssetsMissing

_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent; `packed` is the same, compressed by gzip, where that is worth it."""

    content: bytes
    packed: bytes | None
    media_type: str


@get("/static/{name:str}", sync_to_thread=False, opt={"operation": Need.PUBLIC})
def serve(request: Req, name: FromPath[str]) -> Response[bytes]:
    """One file by its hashed name."""
    file = _files().get(name)
    if file is None:
        return Response(b"There is no such file.", status_code=404, media_type="text/plain")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if file.packed is not None and takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(file.packed, media_type=file.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(file.content, media_type=file.media_type, headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding (RFC 9110, section 12.5.3) lets gzip through: named, and not with a weight of 0."""
    for one in accepted.lower().split(","):
        coding, _, weight = one.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


@cache
def _files() -> dict[str, StaticFile]:
    """What is in the folder when the first file is asked for: this build, and the one that open pages still use."""
    if not (DIST / "manifest.json").is_file():
        raise AssetsMissing(AssetsMissing.__doc__)
    return {p.name: _read(p) for p in DIST.iterdir() if p.suffix not in (".gz", ".json") and p.is_file()}


def _read(path: Path) -> StaticFile:
    packed = path.with_name(f"{path.name}.gz")
    kind = _TYPES.get(path.suffix) or guess_type(path.name)[0] or "application/octet-stream"
    return StaticFile(path.read_bytes(), packed.read_bytes() if packed.is_file() else None, kind)
