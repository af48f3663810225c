"""Static files and the buckets that ration tries."""

import gzip
import json

import pytest
from open_desk import OpenDesk

from codex.web.present.render import DIST
from codex.web.static_files import takes_gzip

pytestmark = pytest.mark.anyio


def built(name: str) -> str:
    files: dict[str, str] = json.loads((DIST / "manifest.json").read_text("utf-8"))["files"]
    return files[name]


async def test_a_file_is_served_for_good_and_compressed_for_who_takes_it(desk: OpenDesk) -> None:
    visitor, name = await desk.visitor(), built("app.css")
    packed = await visitor.see(f"/static/{name}", **{"accept-encoding": "br, gzip"})
    plain = await visitor.see(f"/static/{name}", **{"accept-encoding": "identity"})

    assert plain.headers["content-type"] == "text/css; charset=utf-8"
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert packed.content == plain.content == (DIST / name).read_bytes()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert gzip.decompress((DIST / f"{name}.gz").read_bytes()) == plain.content


async def test_a_font_is_a_font_and_anything_else_is_nothing(desk: OpenDesk) -> None:
    visitor = await desk.visitor()

    assert (await visitor.see(f"/static/{built('inter-latin.woff2')}")).headers["content-type"] == "font/woff2"
    for name in ("app.css", "manifest.json", "..%2fdesk.py", f"{built('app.css')}.gz", "%2e%2e/%2e%2e/pages.py"):
        assert (await visitor.see(f"/static/{name}")).status_code == 404


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [("gzip", True), ("GZIP;q=0.5, br", True), ("gzip;q=0", False), ("gzip; q=0.0", False), ("br", False), ("", False)],
)
def test_gzip_is_taken_by_who_says_so(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes
