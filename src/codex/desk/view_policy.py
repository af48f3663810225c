"""Who may see and keep saved views (authorization.md, "Administration"): everybody their own, teams their team's,
those who work at the desk everybody's; owners all."""

from uuid import UUID

from codex.kernel.actor import Actor, TeamRole

_KEEPERS = (TeamRole.LEAD, TeamRole.ADMIN)


def may_keep_view(actor: Actor, *, user_id: UUID | None, team_id: UUID | None) -> bool:
    """Add, change and remove a view: one's own; a team's as LEAD or ADMIN there; any as an owner."""
    if _sees_all(actor):
        return True
    if user_id is not None:
        return user_id == actor.id
    return team_id is not None and actor.team_roles.get(team_id) in _KEEPERS


def may_see_view(actor: Actor, *, user_id: UUID | None, team_id: UUID | None) -> bool:
    """`SEEN_SQL` for one view."""
    if _sees_all(actor):
        return True
    if user_id is not None:
        return user_id == actor.id
    return team_id in actor.team_roles if team_id is not None else actor.is_agent


OWN_SQL = """(v.user_id = %(me)s OR v.team_id = ANY(%(my_teams)s)
    OR (%(is_agent)s AND v.user_id IS NULL AND v.team_id IS NULL))"""
"""The views that are meant for somebody, over `saved_views v`: what stands on their desk."""
SEEN_SQL = f"(%(sees_all)s OR {OWN_SQL})"
"""`may_see_view` over `saved_views v`; a test holds the two equal."""


def view_sight(actor: Actor) -> dict[str, object]:
    """The parameters of OWN_SQL and SEEN_SQL."""
    return {
        "me": actor.id, "my_teams": list(actor.team_roles), "is_agent": actor.is_agent, "sees_all": _sees_all(actor),
    }  # fmt: skip


def _sees_all(actor: Actor) -> bool:
    return actor.is_owner or not actor.is_person
