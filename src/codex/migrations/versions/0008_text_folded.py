"""`folded(text)`: text without case and accents, the same as codex.kernel.folding."""

import unicodedata

from alembic import op

revision = "0008"
down_revision = "0007"

MARKS = r"[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
SCRIPTS = {"Latin": (0x100, 0x24F), "Greek": (0x370, 0x3FF), "Cyrillic": (0x400, 0x52F), "Armenian": (0x531, 0x556)}
SPELT = {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"}
ALIKE = ("øØđĐðÐħĦıłŁς", "ooddddhhillσ")


def upgrade() -> None:
    """One script after the other, each only where it occurs: `translate` looks through its whole table."""
    spelt = "plain"
    for letter, letters in SPELT.items():
        spelt = f"replace({spelt}, '{letter}', '{letters}')"
    steps = [_step("".join(SPELT), spelt), _step(ALIKE[0], f"translate(plain, '{ALIKE[0]}', '{ALIKE[1]}')")]
    for first, last in SCRIPTS.values():
        capitals = [c for c in map(chr, range(first, last + 1)) if _has_small(c)]
        small = "".join(c.lower() for c in capitals)
        steps.append(_step("".join(capitals), f"translate(plain, '{''.join(capitals)}', '{small}')"))
    op.execute(
        f"""CREATE FUNCTION folded(said text) RETURNS text
            LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500 AS $$
            DECLARE plain text;
            BEGIN
                IF octet_length(said) = length(said) THEN RETURN lower(said COLLATE "C"); END IF;
                plain := regexp_replace(lower(normalize(said, NFKD) COLLATE "C"), '{MARKS}', '', 'g');
                IF octet_length(plain) = length(plain) THEN RETURN plain; END IF;
                {" ".join(steps)}
                RETURN normalize(plain, NFC);
            END $$""".replace(":", r"\:")
    )


def _step(letters: str, plain: str) -> str:
    return f"IF plain ~ '[{letters}]' THEN plain := {plain}; END IF;"


def _has_small(letter: str) -> bool:
    small = letter.lower()
    return len(small) == 1 and small != letter and unicodedata.normalize("NFKD", letter) == letter
