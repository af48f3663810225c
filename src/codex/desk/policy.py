"""Who may use and keep what lies on an agent's desk (authorization.md, "Administration")."""

from uuid import UUID

from codex.kernel.actor import Actor, TeamRole

_KEEPERS = (TeamRole.LEAD, TeamRole.ADMIN)


def may_use_texts(actor: Actor) -> bool:
    """Prepared texts are for who answers others: agents; they use their own, their teams' and everybody's."""
    return not actor.is_person or actor.is_agent


def may_keep_text(actor: Actor, *, user_id: UUID | None, team_id: UUID | None) -> bool:
    """Add, change and remove a text: one's own; a team's as LEAD or ADMIN there; any as an owner."""
    if not actor.is_person or actor.is_owner:
        return True
    is_own = user_id is not None and user_id == actor.id
    is_of_team = team_id is not None and actor.team_roles.get(team_id) in _KEEPERS
    return may_use_texts(actor) and (is_own or is_of_team)


def may_see_text(actor: Actor, *, user_id: UUID | None, team_id: UUID | None) -> bool:
    """`USABLE_SQL` for one text."""
    if not actor.is_person or actor.is_owner:
        return True
    return user_id == actor.id if user_id else team_id is None or team_id in actor.team_roles


USABLE_SQL = """(%(sees_all)s OR r.user_id = %(me)s OR r.team_id = ANY(%(my_teams)s)
    OR (r.user_id IS NULL AND r.team_id IS NULL))"""
"""`may_see_text` over `canned_responses r`; a test holds the two equal."""


def use(actor: Actor) -> dict[str, object]:
    """The parameters of USABLE_SQL."""
    sees_all = actor.is_owner or not actor.is_person
    return {"sees_all": sees_all, "me": actor.id, "my_teams": list(actor.team_roles)}
