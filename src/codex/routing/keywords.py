"""Whole words and phrases in a text, without case and accents: "VPN" is in "our vpn, again", not in "vpnish".

Accents and vowel signs belong to the letter before them, and scripts that set no spaces between words end one
everywhere (UAX 29). Unlike there an apostrophe ends a word: "the VPN's down" and "l'imprimante" are about a VPN and an
imprimante. Pure: no database.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from codex.kernel.checks import Checks
from codex.kernel.folding import fold

MOST, LONGEST = 100, 100
"""How many keywords a rule has, how many characters one has."""
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x309F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip
"""Thai, Lao, Myanmar, Khmer, Hiragana, and what Chinese and Japanese are written in: no spaces between words."""
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u02bc\uff07", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u2060\ufeff"),
    }
)
"""Apostrophes and hyphens that people do not tell apart, and marks that nobody sees."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword as it was written, and as it is looked for."""

    written: str
    sought: str


def heard(*texts: str) -> str:
    """Texts as keywords are looked for in them; no phrase goes from one into the next."""
    return "\n".join(_plain(text) for text in texts)


def keyword(written: str) -> Keyword:
    """A keyword, ready to be looked for."""
    return Keyword(written, _plain(written))


def first_in(text: str, keywords: Sequence[Keyword]) -> Keyword | None:
    """The first of the keywords that stands in a text made by `heard`; None: none does."""
    return next((each for each in keywords if _stands_in(each.sought, text)), None)


def checked(check: Checks, written: Sequence[str]) -> list[str]:
    """Keywords as they are kept: outer and double space removed. Notes what is wrong, each with its path."""
    if len(written) > MOST:
        check.fail("keywords", f"There are {len(written)} keywords; {MOST} is the most.")
        return []
    found: dict[str, str] = {}
    for number, each in enumerate(written):
        path = f"keywords[{number}]"
        text = check.line(path, each, most=LONGEST)
        sought = _plain(text)
        if text and not any(_is_word(letter) for letter in sought):
            check.fail(path, "A keyword has at least one letter or digit.")
        elif sought in found:
            check.fail(path, f"This is the same keyword as {found[sought]!r}.")
        else:
            found[sought] = text
    return list(found.values())


def _plain(text: str) -> str:
    return " ".join(fold(text.translate(_ALIKE)).split())


def _stands_in(sought: str, text: str) -> bool:
    at = text.find(sought) if sought else -1
    while at >= 0:
        if _ends_at(text, at) and _ends_at(text, at + len(sought)):
            return True
        at = text.find(sought, at + 1)
    return False


def _ends_at(text: str, at: int) -> bool:
    """Whether no word goes on over this place."""
    if at in (0, len(text)):
        return True
    before, after = text[at - 1], text[at]
    if _is_mark(after):
        return False
    return not (_is_word(before) and _is_word(after)) or _is_unspaced(before) or _is_unspaced(after)


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or _is_mark(letter)


def _is_mark(letter: str) -> bool:
    return not letter.isascii() and unicodedata.category(letter)[0] == "M"


def _is_unspaced(letter: str) -> bool:
    code = ord(letter)
    return code >= 0x0E00 and any(first <= code <= last for first, last in _UNSPACED)
