"""Values put into Markdown so that they are text there and nothing else: no link, no heading, no list of their own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import NamedTuple

from codex.kernel.placeholders import on_one_line, parts_of
from codex.kernel.richtext import to_html

_ANYWHERE = re.compile(r"[\\`*_\[\]<|~]|&(?=#?\w+;)")
_FIRST = re.compile(r"^(?:>|=|#{1,6}(?=\s|$)|[-+](?=[\s-]|$)|:(?=-)|\d{1,9}(?=[.)](?:\s|$)))")
_NO_LETTER = re.compile(r"[\x21-\x40\x5b-\x60\x7b-\x7e]")
_STAND_IN = "\ue000{}\ue001"
"""Letters of nobody's alphabet, which Markdown takes for a word."""
_CAREFUL = 8
"""Of so many values each is tried in several ways, for which all is rendered each time; of more none is."""


def fill_markdown(text: str, values: Mapping[str, str]) -> str:
    """The Markdown text with values in the place of their names, each on one line and marked up by the text alone.

    What a value holds that would be markup is escaped; where that does not help, as inside of code, it is put in
    another way, and without the signs if there is none. A name without a value leaves nothing.
    """
    parts = parts_of(text)
    found = [on_one_line(values.get(name, "")) for name in parts[1::2]]
    escaped = _joined(parts, [quoted(value) if value else "" for value in found])
    if not any(found):
        return escaped
    stand_ins = [_STAND_IN.format(place) if value else "" for place, value in enumerate(found)]
    shape = wanted = _shape(_joined(parts, stand_ins))
    for stand_in, value in zip(stand_ins, found, strict=True):
        wanted = wanted.saying(stand_in, value)
    if _shape(escaped) == wanted:
        return escaped
    if len(found) > _CAREFUL:
        return _joined(parts, [_words_alone(value) for value in found])
    return _one_by_one(parts, found, stand_ins, shape)


def _one_by_one(parts: Sequence[str], found: Sequence[str], stand_ins: Sequence[str], shape: "_Shape") -> str:
    put = list(stand_ins)
    for place, value in enumerate(found):
        shape = shape.saying(stand_ins[place], value)
        for way in _ways(value) if value else ():
            put[place] = way
            if _shape(_joined(parts, put)) == shape:
                break
        else:
            shape = _shape(_joined(parts, put))
    return _joined(parts, put)


def quoted(value: str) -> str:
    """A value of one line, with what would be markup in it escaped."""
    escaped = _ANYWHERE.sub(lambda sign: f"\\{sign[0]}", value)
    first = _FIRST.match(escaped)
    if first is None:
        return escaped
    end = first.end() if first[0].isdigit() else 0
    return f"{escaped[:end]}\\{escaped[end:]}"


def _ways(value: str) -> Iterator[str]:
    """How a value may be put so that it is text, the most legible way first; the last is words alone."""
    yield quoted(value)
    yield _NO_LETTER.sub(lambda sign: f"&#{ord(sign[0])};", value)
    yield f"\\{quoted(value)}"  # behind a backslash of the text
    yield value.replace("`", "'")
    yield _words_alone(value)


def _words_alone(value: str) -> str:
    return on_one_line(_NO_LETTER.sub(" ", value))


class _Shape(NamedTuple):
    """What a text comes to: its elements in their order, and what it says."""

    elements: tuple[str, ...]
    words: str

    def saying(self, stand_in: str, value: str) -> "_Shape":
        return self._replace(words=self.words.replace(stand_in, value)) if stand_in else self


def _joined(parts: Sequence[str], put: Sequence[str]) -> str:
    return "".join(part if place % 2 == 0 else put[place // 2] for place, part in enumerate(parts))


def _shape(text: str) -> _Shape:
    reader = _Reader()
    reader.feed(to_html(text))
    reader.close()
    return _Shape(tuple(reader.elements), "".join(reader.words))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.elements.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)
