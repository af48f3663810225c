"""docs/settings.md: every setting, from `codex.settings`."""

from dataclasses import Field, fields
from typing import Any

from codex.settings import Settings

_INTRODUCTION = """\
Read from the environment, then from a `.env` file (`NAME=value` lines) for what the environment leaves out.
None is required. A wrong value stops the start with one sentence.
"""


def page() -> str:
    """Every setting with its meaning, default and example."""
    return "# Settings\n\n" + _INTRODUCTION + "\n" + "\n".join(map(_setting, fields(Settings)))


def _setting(field: Field[Any]) -> str:
    about = field.metadata
    default = about["shown"] or (f"`{field.default}`" if field.default else "none")
    example = f" Example: `{about['example']}`" if about["example"] else ""
    return f"## `{about['name']}`\n\n{about['about']}\n\nDefault: {default}.{example}\n"
