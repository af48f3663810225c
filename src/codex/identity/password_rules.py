"""Which passwords are taken: long enough, not among the leaked and common ones, not made of one's own name.

Judged by what it costs to guess (the zxcvbn method: leaked passwords, words, names, keyboard walks, dates,
repetitions), with the lists that the library brings; no rule asks for digits or signs (NIST SP 800-63B, 3.1.1.2).
"""

import re
import unicodedata
from collections.abc import Iterable

from zxcvbn import zxcvbn  # type: ignore[import-untyped]

LEAST, MOST = 10, 256
_SAFE_SCORE = 3
"""At least 10^8 guesses: out of reach where guessing is slowed down."""
_JUDGED = 72
"""How many characters the judge reads; what is longer is judged by its beginning."""
_OWN_WORD = re.compile(r"[^\W\d_]{3,}")


def normal(password: str) -> str:
    """One form for all ways in which keyboards write the same characters (NFKC, as NIST SP 800-63B asks); halves of
    characters, which no keyboard writes, become question marks."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())


def weakness(password: str, *, about: Iterable[str] = ()) -> str:
    """Why a password is not taken, in a sentence; empty when it is. `about`: the person's name and address."""
    if len(password) < LEAST:
        return f"Use at least {LEAST} characters; several words are easy to remember."
    if len(password) > MOST:
        return f"Use at most {MOST} characters."
    if zxcvbn(password[:_JUDGED])["score"] < _SAFE_SCORE:
        return (
            "This is easy to guess: it is common, or a pattern. Several words that do not belong together are better."
        )
    if zxcvbn(_without(password, about)[:_JUDGED])["score"] < _SAFE_SCORE:
        return "Without your own name this is easy to guess. Several words that do not belong together are better."
    return ""


def _without(password: str, about: Iterable[str]) -> str:
    """The password with every word of the person's own shrunk to a letter: who guesses tries those first."""
    own = sorted({word for text in about for word in _OWN_WORD.findall(text.lower())}, key=len, reverse=True)
    if not own:
        return password
    return re.sub("|".join(re.escape(word) for word in own), "a", password, flags=re.IGNORECASE) or "a"
