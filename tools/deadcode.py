"""Code that nothing uses: functions, methods, classes, properties, imports, and what can never be reached.

Fields are left out: many are read only by templates, by JSON or by SQL. So are models: the data model wants them.
"""

import sys
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parents[1]
KINDS = {"function", "method", "class", "property", "import", "unreachable_code"}
USED_FROM_OUTSIDE = {
    "AssetsHook": "hatchling finds it",
    "web": "codex.main:web is what the web server starts",
    "downgrade": "alembic looks for it",
    "upgrade": "alembic looks for it",
    "dependencies": "hatchling calls it",
    "initialize": "hatchling calls it",
    "receive_route": "Litestar calls it",
    "to_asgi_response": "Litestar calls it",
    "send_body": "Litestar calls it",
    "handle_starttag": "html.parser calls it",
    "handle_endtag": "html.parser calls it",
    "handle_data": "html.parser calls it",
}
"""Names that something outside of this code uses, and what."""


def main() -> int:
    """Name what is unused; exit 1 if anything is."""
    vulture = Vulture(ignore_names=list(USED_FROM_OUTSIDE), ignore_decorators=["@app.*"])
    vulture.scavenge([str(ROOT / name) for name in ("src/codex", "tools", "bench", "hatch_build.py")])
    unused = [
        item
        for item in vulture.get_unused_code(min_confidence=60)
        if item.typ in KINDS and not (item.typ == "class" and item.filename.name == "models.py")
    ]
    for item in unused:
        place = f"{Path(item.filename).relative_to(ROOT)}:{item.first_lineno}"
        sys.stderr.write(f"{place}: unused {item.typ} {item.name}\n")
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())
