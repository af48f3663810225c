"""Break the rules about rights, a line at a time, in a copy of the tree, and see that the tests notice.

    python -m tests.house.break_rights [WORD]        all of BREAKS, or those whose names have the word in them

Exit code 1: a broken line went unnoticed. docs/howto/prove-rights.md says more.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("src", "tests", "tools", "docs", "pyproject.toml", "package.json", "package-lock.json", "README.md")
POLICY, SIGHT = "src/codex/tickets/policy.py", "src/codex/db/sight.py"
RLS = "src/codex/migrations/versions/0007_row_level_security.py"
MATRIX, COMMANDS = "tests/tickets/test_policy_matrix.py", "tests/tickets/test_rights_of_commands.py"
HANGING, ROADS = "tests/tickets/test_rights_of_hanging_commands.py", "tests/tickets/test_visibility.py"
DATABASE, EXPORT = "tests/tickets/test_row_level_security.py", "tests/tickets/test_export.py"
FOLLOWERS = "tests/rights/test_every_status_over_rest.py::test_a_team_may_leave_followers_without_a_reply"
CONTENTS = "tests/rights/test_lists_and_contents.py::test_a_ticket_tells_each_what_the_table_lets_them_know"
DELETED = "tests/rights/test_lists_and_contents.py::test_what_was_deleted_is_there_for_whom_the_table_lets_restore_it"


@dataclass(frozen=True, slots=True)
class Break:
    """A line put wrong, and the tests that ought to see it."""

    name: str
    path: str
    right: str
    wrong: str
    tests: tuple[str, ...]


BREAKS = (
    Break("table: a READ grant lets write notes", POLICY,
          "Operation.NOTE: _STAFF,", "Operation.NOTE: {**_STAFF, _R.GR: _always},", (MATRIX,)),
    Break("table: agents redact anybody's words", POLICY,
          "Operation.REDACT: _LEADS,", "Operation.REDACT: {**_LEADS, _R.MA: _always},", (HANGING,)),
    Break("table: agents delete", POLICY,
          "Operation.DELETE: {_R.MT: _always,", "Operation.DELETE: {_R.MA: _always, _R.MT: _always,", (HANGING,)),
    Break("5: followers reply whatever the team says", POLICY,
          "actor.id is not None and ticket.ties[actor.id].may_reply", "True", (FOLLOWERS,)),
    Break("6: requesters resolve", POLICY,
          "TicketStatus.TRIAGED: (TicketStatus.CLOSED,)",
          "TicketStatus.TRIAGED: (TicketStatus.CLOSED, TicketStatus.RESOLVED)", (MATRIX,)),
    Break("7: requesters edit what is under way", POLICY,
          "return ticket.status is TicketStatus.NEW", "return True", (COMMANDS,)),
    Break("8: owners take what is not their team's", POLICY,
          "return ticket.assigned_team_id in actor.team_roles", "return True", (COMMANDS,)),
    Break("9: agents take tickets from each other", POLICY,
          "return ticket.assignee_id in (None, actor.id)", "return True", (COMMANDS,)),
    Break("10: requesters remove any follower", "src/codex/tickets/followers.py",
          " and following.added_by_id == work.actor.id", "", (HANGING,)),
    Break("note 4: a READ grant shows notes for the team", POLICY,
          "relations(actor, ticket) - {Relation.GR, Relation.REQ, Relation.FOL}", "relations(actor, ticket)",
          (CONTENTS,)),
    Break("15 minutes are 15 hours", POLICY,
          "timedelta(minutes=15)", "timedelta(hours=15)", ("tests/tickets/test_redaction.py",)),
    Break("relations: the assignee who has left is still one", POLICY,
          "        if ticket.assignee_id == actor.id:\n            found.add(Relation.ASG)",
          "    if ticket.assignee_id == actor.id:\n        found.add(Relation.ASG)", (MATRIX,)),
    Break("relations: following adds to other rights", POLICY,
          "if ties.follows and not found:", "if ties.follows:", (MATRIX,)),
    Break("relations: a grant holds for who works nowhere any more", POLICY,
          "if ties.grant and actor.team_roles:", "if ties.grant:", (MATRIX,)),
    Break("works_on: requesters answer themselves", POLICY,
          "actor.is_person and actor.id != ticket.requester_id and may", "actor.is_person and may", (MATRIX,)),
    Break("works_on: a follower's reply is a first response", POLICY,
          "and may(actor, Operation.NOTE, ticket)\n\n\n_HOLDS", "and may(actor, Operation.REPLY, ticket)\n\n\n_HOLDS",
          (MATRIX,)),
    Break("VISIBLE_SQL: followers see nothing", POLICY, "    OR {FOLLOWS_SQL} OR {GRANT_SQL}", "    OR {GRANT_SQL}",
          (ROADS,)),
    Break("VISIBLE_SQL: what was deleted is seen", POLICY,
          'VISIBLE_SQL = f"""tickets.deleted_at IS NULL AND (', 'VISIBLE_SQL = f"""(',
          ("tests/tickets/test_deletion.py",)),
    Break("VISIBLE_SQL: everybody sees all", POLICY,
          "%(sees_all)s OR tickets.requester_id = %(me)s OR", "true OR tickets.requester_id = %(me)s OR", (ROADS,)),
    Break("GRANT_SQL: grants never end", POLICY,
          "(g.expires_at IS NULL OR g.expires_at > %(now)s)", "true", (ROADS,)),
    Break("GRANT_SQL: of two grants the lower holds", POLICY,
          "SELECT max(g.access_level)", "SELECT min(g.access_level)", (ROADS,)),
    Break("INTERNAL_SQL: who sees it sees its inside", POLICY,
          "%(sees_all)s OR COALESCE(tickets.assigned_team_id = ANY(%(my_teams)s), false) OR {GRANT_SQL} IS NOT NULL)",
          "true)", (CONTENTS,)),
    Break("EXPORT_SQL: agents export", POLICY,
          "ANY(%(my_led_teams)s), false))", "ANY(%(my_teams)s), false))", (EXPORT,)),
    Break("RESTORABLE_SQL: agents see what was deleted", POLICY, "ANY(%(my_admin_teams)s)", "ANY(%(my_teams)s)",
          ("tests/tickets/test_deletion.py", DELETED)),
    Break("sight: agents see all", POLICY,
          '"sees_all": actor.is_owner or not actor.is_person,', '"sees_all": actor.is_agent or not actor.is_person,',
          (ROADS,)),
    Break("sight of the database: everybody sees all", SIGHT,
          '"sees_all": "on" if actor.is_owner or not actor.is_person else "off"', '"sees_all": "on"', (DATABASE,)),
    Break("rows: the database shows every ticket", RLS, '_secure("tickets", _TICKET)', '_secure("tickets", "true")',
          (DATABASE,)),
    Break("rows: the database shows every note", RLS,
          "(type = 'PUBLIC' AND {of_ticket})", "{of_ticket}", (DATABASE,)),
    Break("rows: a grant that is over shows the ticket", RLS,
          "WHERE g.team_id = ANY {_TEAMS} AND (g.expires_at IS NULL OR g.expires_at > {_NOW})\n        $$",
          "WHERE g.team_id = ANY {_TEAMS}\n        $$", (DATABASE,)),
    Break("rows: what has not been decided is written", RLS,
          "write: str = _SEES_ALL", 'write: str = "true"', (DATABASE,)),
    Break("rows: links show the other ticket", RLS,
          " AND EXISTS (SELECT FROM tickets t WHERE t.id = other_id)", "", (DATABASE,)),
    Break("a command that does not ask: priority", "src/codex/tickets/triage.py",
          'require(may(work.actor, Operation.CHANGE, ticket), "You may not change this ticket\'s priority.")',
          "pass", (COMMANDS,)),
    Break("a command that does not ask: grants", "src/codex/tickets/access.py",
          "require(may(work.actor, _NEEDED[each], ticket)", "require(True or may(work.actor, _NEEDED[each], ticket)",
          (HANGING,)),
    Break("a command that asks on one side alone: merging", "src/codex/tickets/merging.py",
          "for each in (ticket, other))", "for each in (ticket,))", ("tests/tickets/test_merging_rights.py",)),
)  # fmt: skip


def main() -> int:
    """Break each; print what came of it."""
    word = sys.argv[1].lower() if len(sys.argv) > 1 else ""
    chosen = [each for each in BREAKS if word in each.name.lower()]
    with tempfile.TemporaryDirectory(prefix="codex-broken-") as place:
        tree = Path(place)
        _copy(tree)
        tests = sorted({test for each in chosen for test in each.tests})
        if not _passes(tree, tests):
            _say("These tests fail as it is; what they say of a broken line means nothing.")
            return 1
        unnoticed = [each for each in chosen if not _is_noticed(tree, each)]
    _say(f"{len(chosen) - len(unnoticed)} of {len(chosen)} broken lines were noticed.")
    return 1 if unnoticed else 0


def _copy(tree: Path) -> None:
    for name in COPIED:
        source, ignored = ROOT / name, shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignored)
        else:
            shutil.copy2(source, tree / name)
    (tree / "node_modules").symlink_to(ROOT / "node_modules")


def _is_noticed(tree: Path, broken: Break) -> bool:
    path, began = tree / broken.path, time.monotonic()
    whole = path.read_text("utf-8")
    assert whole.count(broken.right) == 1, f"{broken.name}: {whole.count(broken.right)} such lines in {broken.path}"
    path.write_text(whole.replace(broken.right, broken.wrong), "utf-8")
    try:
        noticed = not _passes(tree, broken.tests)
    finally:
        path.write_text(whole, "utf-8")
    seconds = time.monotonic() - began
    _say(f"{'red  ' if noticed else 'GREEN'} {broken.name} ({seconds:.0f} s)")
    return noticed


def _passes(tree: Path, tests: tuple[str, ...] | list[str]) -> bool:
    """Whether the tests pass on the tree. Anything but passing and failing is an error of ours."""
    command = [sys.executable, "-m", "pytest", "-x", "-n", "0", "--tb=no", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    assert str(tree) in _where_from(tree, environment), "the copy is not what is tested"
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    passed, failed = done.returncode == 0, re.search(r"^\d+ failed|, \d+ failed", done.stdout, re.MULTILINE)
    assert passed or failed, done.stdout[-3000:] + done.stderr
    return passed


def _where_from(tree: Path, environment: dict[str, str]) -> str:
    command = [sys.executable, "-c", "import codex; print(codex.__file__)"]
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=True).stdout


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
