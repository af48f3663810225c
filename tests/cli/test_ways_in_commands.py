"""`codex user password`, `user second-factor-reset`, and the role that is no longer given."""

import asyncio
import io
import sys
from typing import Any

import psycopg
import pytest
from shells import Shell

from codex.identity import passwords
from databases import FreshDatabase

GOOD = "seven brown kettles"


@pytest.fixture
def ask(world_database: FreshDatabase) -> Any:
    """`ask(sql)`: the rows that are there."""

    def rows(sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(**world_database.owner) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    return rows


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_a_password_is_read_from_standard_input(
    shell: Shell, ask: Any, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{GOOD}{ending}"))
    done = shell("user", "password", "ROSA@acme.example")
    [(hashed,)] = ask("SELECT hash FROM passwords")

    assert (done.code, done.out, done.err) == (0, "", "")
    assert asyncio.run(passwords.fits(hashed, GOOD))
    assert ask("SELECT count(*) FROM admin_audit_events WHERE type = 'PASSWORD_SET'") == [(1,)]


@pytest.mark.parametrize(
    ("email", "given", "words"),
    [
        ("rosa@acme.example", "password123\n", "easy to guess"),
        ("rosa@acme.example", "", "at least 10 characters"),
        ("who@acme.example", f"{GOOD}\n", "Nobody has the address"),
    ],
)
def test_a_weak_password_and_nobodys_are_bad_input(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, email: str, given: str, words: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(given))
    done = shell("user", "password", email)

    assert done.code == 2 and words in done.sentence


def test_a_lost_second_factor_is_turned_off(shell: Shell, ask: Any) -> None:
    ask("""INSERT INTO second_factors (user_id, secret, confirmed_at)
           SELECT id, 'x', now() FROM users WHERE email = 'rosa@acme.example'""")
    for _ in range(2):
        assert shell("user", "second-factor-reset", "rosa@acme.example").code == 0

    assert ask("SELECT count(*) FROM second_factors") == [(0,)]
    assert ask("SELECT count(*) FROM admin_audit_events WHERE type = 'SECOND_FACTOR_REMOVED'") == [(1,)]
    assert shell("user", "second-factor-reset", "who@acme.example").code == 2


def test_the_deprecated_role_is_neither_offered_nor_given(shell: Shell, ask: Any) -> None:
    done = shell("user", "add", "nia@acme.example", "--name", "Nia", "--role", "ADMIN")
    offered = "".join(shell("user", "add", "--help").out.split())

    assert done.code == 2 and "ADMIN" in done.sentence
    assert "OWNER" in offered and "|ADMIN" not in offered
    assert ask("SELECT count(*) FROM users WHERE email = 'nia@acme.example'") == [(0,)]
