"""Render the pages of docs/ that come from the code (`--write`), or see whether one is stale (`--check`)."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from docs_pages import facts, imports, permissions, schema, settings

DOCS = Path(__file__).parents[1] / "docs"

PAGES: dict[str, Callable[[], str]] = {
    "facts.md": facts.page,
    "imports.md": imports.page,
    "permissions.md": permissions.page,
    "schema.md": schema.page,
    "settings.md": settings.page,
}
"""Each generated page and what renders it; add yours here, beside a module in `docs_pages`."""

NOTE = "<!-- Rendered by tools/docs.py; change the code instead. -->"


def rendered() -> dict[Path, str]:
    """Every generated page as it should be."""
    return {DOCS / name: f"{NOTE}\n{page()}" for name, page in PAGES.items()}


def stale() -> list[Path]:
    """The pages that are not what the code says now."""
    return [path for path, text in rendered().items() if not path.exists() or path.read_text("utf-8") != text]


def write() -> None:
    """Make every page current."""
    for path, text in rendered().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="write the pages")
    what.add_argument("--check", action="store_true", help="name the stale pages; exit 1 if there are any")
    if parser.parse_args().write:
        write()
        return 0
    old = stale()
    for path in old:
        sys.stderr.write(f"{path.relative_to(DOCS.parent)} is stale; run: python tools/docs.py --write\n")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
