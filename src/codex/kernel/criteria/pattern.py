"""Regular expressions in linear time, written for two engines at once: RE2 in memory, PostgreSQL in the database.

Both are given only what they read alike: single characters and classes by code point, groups, alternatives, counted
repetition, ends and word boundaries. So one pattern holds on exactly the same texts in both.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

import re2  # type: ignore[import-untyped]

from codex.kernel.criteria import characters
from codex.kernel.criteria.characters import Ranges

LONGEST = 500
"""Characters of a pattern."""
LARGEST = 500
"""Characters and classes that a pattern comes to when its repetitions are written out: both engines' price."""
_REPEATED = re.compile(r"\{(\d{1,4})(?:(,)(\d{0,4}))?\}")
_NAMED = re.compile(r"\?P?<[A-Za-z_][0-9A-Za-z_]{0,31}>")
_CLASS = re.compile(r"\[:(\^?)([a-z]+):\]")
_FLAGS = re.compile(r"\?([ims]*)([:)])")
_CODE = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})")
_CLASSES = {"d": characters.DIGITS, "w": characters.WORD, "s": characters.SPACES}
_CONTROLS = {"n": 10, "t": 9, "r": 13, "f": 12, "v": 11}
_W = "[0-9A-Za-z_]"
_ENDS = {
    "A": (r"\A", r"\A"),
    "z": (r"\z", r"\Z"),
    "b": (r"\b", f"(?:(?<={_W})(?!{_W})|(?<!{_W})(?={_W}))"),
}
"""Without `\\B`: RE2 finds it between the bytes of one character too."""
_LINE_START = (r"(?m:^)", r"(?:\A|(?<=\n))")
_LINE_END = (r"(?m:$)", r"(?:\Z|(?=\n))")


class Unreadable(ValueError):
    """The pattern is not one that both engines read; the message says why."""


class Pattern(NamedTuple):
    """A pattern for RE2 and for PostgreSQL; `size` is what it comes to."""

    re2: str
    sql: str
    size: int = 0

    def found_in(self, text: str) -> bool:
        """Whether it matches anywhere in the text."""
        return _compiled(self.re2).search(text) is not None


@lru_cache(maxsize=512)
def pattern(text: str) -> Pattern:
    """Read a pattern: the syntax of RE2 without `\\p`, `\\B` and `\\Q`. What groups are called says nothing.

    Raises Unreadable.
    """
    if len(text) > LONGEST:
        raise Unreadable(f"A pattern has at most {LONGEST} characters.")
    reader = _Reader(text)
    found = reader.alternatives("")
    if reader.at < len(text):
        raise Unreadable("There is a ) without a (.")
    if found.size > LARGEST:
        raise Unreadable(f"This comes to {found.size} characters when its repetitions are written out, {LARGEST} do.")
    return found


class _Reader:
    """Reads from left to right; `flags` are those of i, m and s that hold."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def alternatives(self, flags: str) -> Pattern:
        self.depth += 1
        if self.depth > 20:
            raise Unreadable("Its groups are nested too deeply.")
        branches, parts = [], list[Pattern]()
        while self.at < len(self.text) and self._next() != ")":
            if self._next() == "|":
                self.at += 1
                branches.append(parts)
                parts = []
            elif (switched := self._switched(flags)) is not None:
                flags = switched
            else:
                parts.append(self._repeated(self._atom(flags)))
        self.depth -= 1
        joined = [_sequence(branch) for branch in (*branches, parts)]
        if len(joined) == 1:
            return joined[0]
        return Pattern("|".join(j.re2 for j in joined), "|".join(j.sql for j in joined), sum(j.size for j in joined))

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _switched(self, flags: str) -> str | None:
        """The flags after a `(?i)` that stands here, which holds up to the end of the group."""
        if self._next() == "(" and (found := _FLAGS.match(self.text, self.at + 1)) and found[2] == ")" and found[1]:
            self.at = found.end()
            return flags + found[1]
        return None

    def _atom(self, flags: str) -> Pattern:
        letter = self._next()
        self.at += 1
        match letter:
            case "(":
                return self._group(flags)
            case "[":
                return _class(self._members(flags))
            case ".":
                return _class(characters.complement(() if "s" in flags else characters.NEWLINE))
            case "^":
                return Pattern(*(_LINE_START if "m" in flags else _ENDS["A"]))
            case "$":
                return Pattern(*(_LINE_END if "m" in flags else _ENDS["z"]))
            case "\\" if (end := _ENDS.get(self._next())) is not None:
                self.at += 1
                return Pattern(*end)
            case "\\":
                return _class(self._escape(flags))
            case "*" | "+" | "?":
                raise Unreadable(f"There is nothing before {letter} to repeat.")
        return _class(_cased(((ord(letter), ord(letter)),), flags))

    def _group(self, flags: str) -> Pattern:
        if self._next() == "?":
            named = _NAMED.match(self.text, self.at)
            found = named or _FLAGS.match(self.text, self.at)
            if found is None:
                raise Unreadable("After (? only i, m, s, : and a <name> are known: no look-around.")
            self.at, flags = found.end(), flags if named else flags + found[1]
        inner = self.alternatives(flags)
        if self._next() != ")":
            raise Unreadable("A ( is never closed.")
        self.at += 1
        return Pattern(f"(?:{inner.re2})", f"(?:{inner.sql})", inner.size)

    def _repeated(self, atom: Pattern) -> Pattern:
        least, most = self._count()
        if (least, most) == (1, 1):
            return atom
        if self._next() == "?":  # as few as possible: whether it matches is the same
            self.at += 1
        if self._next() in ("*", "+", "?") or _REPEATED.match(self.text, self.at):
            raise Unreadable("A repetition cannot itself be repeated; put it into ( ).")
        counted = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((least, most))
        sign = counted or f"{{{least},{'' if most is None else most}}}"
        size = atom.size * max(least if most is None else most, 1)
        return Pattern(f"(?:{atom.re2}){sign}", f"(?:{atom.sql}){sign}", size)

    def _count(self) -> tuple[int, int | None]:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if self._next() in simple:
            self.at += 1
            return simple[self.text[self.at - 1]]
        found = _REPEATED.match(self.text, self.at)
        if found is None:
            return 1, 1
        self.at = found.end()
        least = int(found[1])
        most = least if found[2] is None else int(found[3]) if found[3] else None
        if least > 200 or (most is not None and not least <= most <= 200):
            raise Unreadable(f"{found[0]} does not count from fewer to more, up to 200.")
        return least, most

    def _members(self, flags: str) -> Ranges:
        """The characters of a class, from behind its bracket."""
        is_not = self._next() == "^"
        self.at += is_not
        found: list[tuple[int, int]] = []
        start = self.at
        while self._next() != "]" or self.at == start:
            if self.at >= len(self.text):
                raise Unreadable("A [ is never closed.")
            found += self._class_by_name() if self.text.startswith("[:", self.at) else self._member()
        self.at += 1
        ranges = _cased(characters.union(found), flags)
        return characters.complement(ranges) if is_not else ranges

    def _class_by_name(self) -> Ranges:
        named = _CLASS.match(self.text, self.at)
        ranges = characters.BY_NAME.get(named[2]) if named else None
        if named is None or ranges is None:
            raise Unreadable(f"Classes in [[: :]] are {', '.join(characters.BY_NAME)}.")
        self.at = named.end()
        return characters.complement(ranges) if named[1] else ranges

    def _member(self) -> Ranges:
        first = self._single()
        following = self.text[self.at + 1 : self.at + 2]
        if self._next() != "-" or following in ("]", ""):
            return first
        self.at += 1
        last = self._single()
        if not (_is_one(first) and _is_one(last) and first[0][0] <= last[0][0]):
            raise Unreadable("A range in [ ] goes from a character to a later one.")
        return ((first[0][0], last[0][0]),)

    def _single(self) -> Ranges:
        letter = self._next()
        self.at += 1
        return self._escape("") if letter == "\\" else ((ord(letter), ord(letter)),)

    def _escape(self, flags: str) -> Ranges:
        """What a backslash and what follows it stand for."""
        letter = self._next()
        self.at += 1
        if letter.lower() in _CLASSES:
            ranges = _CLASSES[letter.lower()]
            return characters.complement(ranges) if letter.isupper() else ranges
        if letter in _CONTROLS:
            return ((_CONTROLS[letter], _CONTROLS[letter]),)
        if found := _CODE.match(self.text, self.at - 1):
            self.at, code = found.end(), int(found[1] or found[2], 16)
            if 0 < code <= characters.LAST:
                return _cased(((code, code),), flags)
            raise Unreadable(f"There is no character \\{found[0]}.")
        if not letter or letter.isalnum():
            raise Unreadable(f"\\{letter} is not known.")
        return ((ord(letter), ord(letter)),)


def _is_one(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]


def _cased(ranges: Ranges, flags: str) -> Ranges:
    return characters.in_any_case(ranges) if "i" in flags else ranges


def _class(ranges: Ranges) -> Pattern:
    if not ranges:
        raise Unreadable("A class in it holds no character.")
    re2_class = "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in ranges)
    sql_class = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
    return Pattern(f"[{re2_class}]", f"[{sql_class}]", 1)


def _sequence(parts: list[Pattern]) -> Pattern:
    return Pattern("".join(p.re2 for p in parts), "".join(p.sql for p in parts), sum(p.size for p in parts))


@lru_cache(maxsize=512)
def _compiled(text: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(text, options)
