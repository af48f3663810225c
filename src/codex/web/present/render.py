"""The one Jinja environment of the pages.

Strings are translatable: `{% trans %}` and `_()` in templates, gettext in words.py. A language is an environment of
its own, `environment(translations)`: build each once, they are not cheap.

Each rendering passes `csrf_token` and `theme` ("light", "dark" or None for the system's) beside its view.
"""

import json
from gettext import NullTranslations
from pathlib import Path
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import InternationalizationExtension

WEB = Path(__file__).resolve().parent.parent
DIST = WEB / "static" / "dist"
STATIC_URL = "/static/"


class AssetsMissing(Exception):
    """The front-end files are not built. Run `python tools/assets.py`."""


def environment(translations: NullTranslations | None = None) -> Environment:
    """An environment over the templates, with `asset(name)` for the url of a built file."""
    env = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[InternationalizationExtension],
    )
    env.globals.update(asset=_Assets(DIST).url, site="Codex", lang="en", dir="ltr", accent_hue=None)
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_translations(translations or NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    return env


class _Assets:
    """The manifest, read once."""

    def __init__(self, dist: Path) -> None:
        try:
            manifest = json.loads((dist / "manifest.json").read_text("utf-8"))
        except FileNotFoundError:
            raise AssetsMissing(AssetsMissing.__doc__) from None
        self._files = cast("dict[str, str]", manifest["files"])

    def url(self, name: str) -> str:
        return STATIC_URL + self._files[name]
