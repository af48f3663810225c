"""The rules that new tickets go by, now. They are read once, and again when one of them, or what it may name, has
changed; each version alone, too."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from msgspec import convert

from codex.db.database import Reader, Row
from codex.routing.choose import Rule
from codex.routing.conditions import of_new
from codex.routing.terms import RuleTerms, rule_of

WORKS_FOR_SQL = """(u.is_active AND u.role <> 'EMPLOYEE' AND (
    EXISTS (SELECT FROM team_members m WHERE m.team_id = r.team_id AND m.user_id = u.id)
    OR (u.role IN ('TEAM_ADMIN', 'ADMIN') AND u.primary_team_id = r.team_id)))"""
"""Whether `users u` is an active member of the team of `routing_rules r`; see `identity.queries.is_active_member`."""
TARGET_SQL = f"t.name, t.is_active, u.display_name, {WORKS_FOR_SQL}"
"""Four columns, from which `lost_target` tells, of `r` with `teams t` and its assignee `users u`."""
_STAMP = """(
    SELECT concat_ws(' ', count(*), max(c.updated_at)) FROM categories c), (
    SELECT concat_ws(' ', count(*), max(f.updated_at)) FROM custom_fields f), (SELECT count(*) FROM teams)"""
"""Other than before, when a name in conditions may stand for something else: people are never removed."""
_OF_RULES = """FROM routing_rules r
    JOIN routing_rule_versions v ON v.rule_id = r.id AND v.version = r.version
    JOIN teams t ON t.id = r.team_id LEFT JOIN users u ON u.id = r.assignee_id
    WHERE r.is_active"""
_SAID = f"hashtextextended(ROW(r.id, r.version, {TARGET_SQL})::text, 0)"
_SET = f"SELECT concat_ws(' ', count(*), sum({_SAID})), {_STAMP} {_OF_RULES}"
_ACTIVE = f"""
    SELECT v.id, r.id, r.version, {TARGET_SQL}, {_SAID}, {_STAMP} {_OF_RULES} ORDER BY r.priority, r.created_at, r.id"""
_MOST, _MOST_SETS = 4_096, 16
_Stamp = tuple[object, ...]
_kept: dict[tuple[UUID, int], tuple[_Stamp, Rule]] = {}
_sets: dict[_Stamp, Sequence[Rule]] = {}


async def active_rules(reader: Reader) -> Sequence[Rule]:
    """The active rules in the order in which they are asked; those whose team or person is gone say so.

    One statement; more when something is otherwise than it was.
    """
    stamp = (await reader.all(_SET))[0]
    if stamp[0] == "0":
        return ()
    if stamp not in _sets:
        stamp = await _read_set(reader)
    return _sets.get(stamp, ())


async def _read_set(reader: Reader) -> _Stamp:
    """Read the active rules as they are at one moment, which may be another by now; what they are kept under."""
    rows = await reader.all(_ACTIVE)
    if not rows:
        return ()
    rules = await _read(reader, rows, rows[0][8:])
    stamp = (f"{len(rows)} {sum(row[7] for row in rows)}", *rows[0][8:])
    if len(_sets) >= _MOST_SETS:
        _sets.clear()
    _sets[stamp] = [
        replace(rule, broken=lost) if rule.broken is None and (lost := lost_target(row[3:7])) else rule
        for rule, row in zip(rules, rows, strict=True)
    ]
    return stamp


def lost_target(row: Row) -> str | None:
    """Why a ticket cannot go where a rule sends it, from TARGET_SQL; None: it can."""
    team, team_is_active, person, works_for = row
    if not team_is_active:
        return f"The team {team} is not active."
    return f"{person} does not work for {team}." if person is not None and not works_for else None


async def versions(reader: Reader, version_ids: Collection[int]) -> dict[int, tuple[UUID, int, RuleTerms]]:
    """What these versions say: whose, which, and the terms."""
    rows = await reader.all(
        "SELECT id, rule_id, version, terms FROM routing_rule_versions WHERE id = ANY(%(ids)s)",
        {"ids": list(version_ids)},
    )
    return {row[0]: (row[1], row[2], convert(row[3], RuleTerms)) for row in rows}


async def _read(reader: Reader, rows: Sequence[Row], stamp: _Stamp) -> list[Rule]:
    found = {row[1:3]: kept[1] for row in rows if (kept := _kept.get(row[1:3])) and kept[0] == stamp}
    missing = [row[0] for row in rows if row[1:3] not in found]
    if missing:
        said = await versions(reader, missing)
        words = await of_new(reader, [terms.conditions for _, _, terms in said.values()])
        fresh = {(rule, n): rule_of(rule, n, key, terms, words) for key, (rule, n, terms) in said.items()}
        if len(_kept) > _MOST:
            _kept.clear()
        _kept.update({key: (stamp, rule) for key, rule in fresh.items()})
        found |= fresh
    return [found[row[1:3]] for row in rows]
