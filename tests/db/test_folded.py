"""Text without case and accents is the same in the database and in Python."""

import unicodedata

import psycopg

from codex.kernel.folding import fold
from databases import FreshDatabase

_FOLDED = "SELECT folded(x) FROM unnest(%s::text[]) WITH ORDINALITY u(x, n) ORDER BY n"


def test_every_character_is_folded_alike_alone_and_among_others(database: FreshDatabase) -> None:
    known = [c for c in map(chr, range(1, 0x110000)) if unicodedata.category(c) not in ("Cn", "Cs", "Co")]
    texts = known + [f"É{a}{b}\u0301" for a, b in zip(known[::7], known[3::11], strict=False)]
    with psycopg.connect(**database.all_seeing) as connection:
        there = [row[0] for row in connection.execute(_FOLDED, [texts])]
    assert [(text, fold(text), other) for text, other in zip(texts, there, strict=True) if fold(text) != other] == []
