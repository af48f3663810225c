"""`codex user`, `team`, `token`, `signin-link`, `events`, `worker --once`, `import`: what they do, print and refuse."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from shells import Shell

from codex.identity.queries import digest
from databases import FreshDatabase


@pytest.fixture
def ask(world_database: FreshDatabase) -> Any:
    """`ask(sql, …)`: the rows that are there."""

    def rows(sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(**world_database.owner) as connection:
            return connection.execute(sql.encode(), parameters).fetchall()

    return rows


def test_a_person_is_added_with_teams_and_the_id_is_printed(shell: Shell, ask: Any) -> None:
    done = shell("user", "add", "Nia@acme.example", "--name", "Nia", "--role", "TEAM_ADMIN", "--team", "hr:lead",
                 "--team", "it")  # fmt: skip

    assert (done.code, done.err) == (0, "")
    assert ask("SELECT id, email, role::text FROM users WHERE display_name = 'Nia'") == [
        (UUID(done.out.strip()), "nia@acme.example", "TEAM_ADMIN")
    ]
    assert ask("""
        SELECT t.slug, m.role::text, u.primary_team_id = t.id
        FROM team_members m JOIN teams t ON t.id = m.team_id JOIN users u ON u.id = m.user_id
        WHERE u.email = 'nia@acme.example' ORDER BY 1""") == [("hr", "LEAD", True), ("it", "AGENT", False)]
    assert ask("SELECT count(*) FROM admin_audit_events WHERE payload->>'email' = 'nia@acme.example'") == [(1,)]


def test_everybody_is_listed(shell: Shell) -> None:
    as_json, as_text = shell("user", "list", "--json"), shell("user", "list")
    people = json.loads(as_json.out)

    assert [person["email"] for person in people] == sorted(person["email"] for person in people)
    assert {"amir@acme.example": "AGENT", "ona@acme.example": "OWNER"}.items() <= {
        person["email"]: person["role"] for person in people
    }.items()
    assert len(as_text.out.splitlines()) == len(people) == 8


def test_somebody_is_shut_out(shell: Shell) -> None:
    assert shell("user", "deactivate", "OTTO@acme.example").code == 0
    listed = {person["email"]: person["isActive"] for person in json.loads(shell("user", "list", "--json").out)}

    assert [email for email, is_active in listed.items() if not is_active] == ["otto@acme.example"]
    assert "Otto Weiss (inactive)" in shell("user", "list").out


def test_a_team_is_added_and_the_id_is_printed(shell: Shell, ask: Any) -> None:
    done = shell(
        "team", "add", "legal", "--name", "Legal", "--prefix", "LEG", "--strategy", "ROUND_ROBIN", "--confidential"
    )

    assert done.code == 0
    assert ask(
        "SELECT id, name, prefix, assignment_strategy::text, is_confidential FROM teams WHERE slug = 'legal'"
    ) == [(UUID(done.out.strip()), "Legal", "LEG", "ROUND_ROBIN", True)]


@pytest.mark.parametrize(("expires", "days"), [(["--expires", "30d"], 30), (["--expires", "2w"], 14), ([], None)])
def test_a_token_is_printed_alone_and_once(shell: Shell, ask: Any, expires: list[str], days: int | None) -> None:
    done = shell("token", "add", "amir@acme.example", "--scope", "write", *expires)
    secret = done.out.strip()

    assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)
    assert ask(
        "SELECT token_hash, scope::text, extract(day FROM expires_at - created_at)::int FROM personal_tokens"
    ) == [(digest(secret), "write", days)]


def test_a_link_is_printed_under_the_address_of_the_desk(
    shell: Shell, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEX_BASE_URL", "https://desk.example/")
    done = shell("signin-link", "rosa@acme.example")
    address, _, secret = done.out.strip().rpartition("/")

    assert (done.code, address) == (0, "https://desk.example/signin")
    assert ask("SELECT token_hash, expires_at - created_at = '15 min' FROM signin_links") == [(digest(secret), True)]


def test_history_is_verified(shell: Shell, ask: Any, world_database: FreshDatabase) -> None:
    assert shell("events", "verify").out == "0 tickets, 0 differences\n"
    with psycopg.connect(**world_database.owner) as connection:
        connection.execute("""
            INSERT INTO tickets (id, number, display_id, subject, description, status, priority, channel, requester_id,
                                 version, created_at, updated_at)
            SELECT gen_random_uuid(), 7, 'IT-7', 'x', 'x', 'NEW', 'P3', 'PORTAL', id, 1, now(), now()
            FROM users LIMIT 1""")
    found, as_json = shell("events", "verify"), shell("events", "verify", "--json")

    assert (found.code, as_json.code) == (1, 1)
    assert "IT-7" in found.out and found.out.endswith("1 tickets, 1 differences\n")
    assert found.sentence == as_json.sentence == "1 differences between history and rows."
    assert json.loads(as_json.out)["differences"][0]["ticket"] == "IT-7"


def test_all_that_is_due_is_done(shell: Shell) -> None:
    first, again = shell("worker", "--once"), shell("worker", "--once")

    assert (first.code, again.code, again.out) == (0, 0, "0 jobs done, 0 due things looked after\n")
    assert int(first.out.split()[0]) > 0


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("user add nia --name Nia", 2, "email: 'nia' is not a mail address."),
        ("user add nia@acme.example --name _", 2, "displayName: This must not be empty."),
        ("user add rosa@acme.example --name Rosa", 1, "Somebody with the address rosa@acme.example exists already."),
        ("user add n@acme.example --name N --team no:LEAD", 2, "There is no team no."),
        ("user add n@acme.example --name N --team it:BOSS", 2, "--team it:BOSS: the role must be one of AGENT, LEAD,"),
        ("user deactivate who@acme.example", 2, "Nobody has the address who@acme.example."),
        ("user deactivate ona@acme.example", 1, "This is the last active owner; make somebody else an owner first."),
        ("team add IT --name IT", 2, "slug: Use lower-case letters, digits and single hyphens, such as it-support."),
        ("team add it --name IT", 1, "A team it exists already."),
        ("team add legal --name Legal --prefix leg", 2, "prefix: Use up to ten capital letters and digits, starting"),
        ("token add who@acme.example --scope read", 2, "Nobody has the address who@acme.example."),
        ("token add rosa@acme.example --scope read --expires soon", 2, "--expires soon: write a number and h, d or w,"),
        ("token add rosa@acme.example --scope read --expires 0d", 2, "--expires 0d: write a number and h, d or w,"),
        ("token add rosa@acme.example --scope read --name _", 2, "name: This must not be empty."),
        ("signin-link who@acme.example", 2, "Nobody has the address who@acme.example."),
        ("import incidents nothing.csv", 2, "nothing.csv cannot be opened: No such file or directory."),
        ("import incidents nothing.csv --zone Mars", 2, "--zone Mars is not a time zone; use a name such as"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(shell: Shell, words: str, code: int, sentence: str) -> None:
    done = shell(*(word.replace("_", " ") for word in words.split()))

    assert (done.code, done.out) == (code, "")
    assert done.sentence.startswith(sentence)


def test_who_is_shut_out_gets_no_way_in(shell: Shell) -> None:
    shell("user", "deactivate", "rosa@acme.example")

    for words in (["signin-link", "rosa@acme.example"], ["token", "add", "rosa@acme.example", "--scope", "read"]):
        done = shell(*words)
        assert (done.code, done.sentence) == (2, "Rosa Diaz is deactivated.")


def test_nothing_of_a_refused_command_stays(shell: Shell, ask: Any) -> None:
    shell("user", "add", "nia@acme.example", "--name", "Nia", "--team", "it", "--team", "nothing")

    assert ask("SELECT count(*) FROM users") == [(8,)]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00"])
def test_what_is_no_incident_log_is_refused(shell: Shell, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log.csv").write_bytes(content)
    done = shell("import", "incidents", "log.csv")

    assert (done.code, done.sentence.startswith("log.csv")) == (2, True)
