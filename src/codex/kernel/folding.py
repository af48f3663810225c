"""Text as people compare it: without case, accents, or the width and shape that letters may have.

`folded(text)` in the database is the same function; a test holds the two equal.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_MARKS = ((0x300, 0x36F), (0x483, 0x487), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
"""Accents that stand behind their letter once it is taken apart (Unicode's blocks of combining diacritical marks)."""
_LETTERS = ((0x41, 0x5A), (0x100, 0x24F), (0x370, 0x3FF), (0x400, 0x52F), (0x531, 0x556))
"""Where capitals are: Latin, Greek, Cyrillic, Armenian. Other scripts hardly have them."""
_SPELT: Mapping[str, str] = MappingProxyType(
    {
        "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th", "ø": "o", "Ø": "o",
        "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ħ": "h", "Ħ": "h", "ı": "i", "ł": "l", "Ł": "l", "ς": "σ",
    }
)  # fmt: skip
"""Letters that are not a plain letter with an accent, and still are looked for by plain letters."""


def _table() -> dict[int, str | None]:
    found: dict[int, str | None] = {}
    for first, last in _LETTERS:
        found |= {code: low for code in range(first, last + 1) if len(low := chr(code).lower()) == 1}
    found |= {code: None for first, last in _MARKS for code in range(first, last + 1)}
    return found | {ord(letter): plain for letter, plain in _SPELT.items()}


_TABLE = _table()


@lru_cache(maxsize=256)
def fold(text: str) -> str:
    """The text for comparing without case and accents: "Ｚürich" and "ZURICH" are both "zurich"."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", text).translate(_TABLE))
