"""Verbs about saved views: a person's own, a team's, everybody's."""

from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, to_builtins
from sqlalchemy import update

from codex.db.work import Work
from codex.desk.models import SavedView
from codex.desk.view_facts import SavedViewAdded, SavedViewChanged, SavedViewRemoved
from codex.desk.view_filters import SavedFilters, refuse, understand
from codex.desk.view_policy import may_keep_view, may_see_view
from codex.identity.models import Team
from codex.kernel.changes import apply, given_of
from codex.kernel.checks import Checks
from codex.kernel.errors import NotFound, Unprocessable, require

_WHOSE = "People keep their own views, leads and admins their team's, owners everybody's."


async def add(
    work: Work,
    *,
    name: str,
    filters: SavedFilters,
    team_id: UUID | None = None,
    is_global: bool = False,
    is_default: bool = False,
) -> SavedView:
    """Keep a view for oneself, for a team, or for everybody. A new default takes the place of the former.

    Raises Invalid for a bad name and for conditions that do not hold together, Unprocessable for no such team.
    """
    if team_id is not None and is_global:
        raise Unprocessable("A view is a team's or everybody's, not both.", path="isGlobal")
    user_id = None if team_id or is_global else work.actor.id
    require(may_keep_view(work.actor, user_id=user_id, team_id=team_id), _WHOSE)
    with Checks() as check:
        name = check.line("name", name)
    if team_id is not None and await work.session.get(Team, team_id) is None:
        raise Unprocessable("There is no such team.", path="teamId")
    refuse(await understand(await work.reader(), work.actor, filters))
    view = SavedView(
        name=name, filters=to_builtins(filters), user_id=user_id, team_id=team_id, is_default=is_default,
        created_at=work.now, updated_at=work.now,
    )  # fmt: skip
    if is_default:
        await _unset_default(work, view)
    work.session.add(view)
    await work.session.flush()
    if user_id is None:
        work.record(SavedViewAdded(team_id=team_id, view_id=view.id, name=name, filters=view.filters))
    return view


class SavedViewChanges(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to change about a view; what is UNSET stays. Whose it is stays."""

    name: str | UnsetType = UNSET
    filters: SavedFilters | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET


async def change(work: Work, view: SavedView, wanted: SavedViewChanges) -> None:
    """Change what is given. Raises Invalid as `add` does."""
    require(may_keep_view(work.actor, user_id=view.user_id, team_id=view.team_id), _WHOSE)
    given: dict[str, Any] = given_of(wanted)
    with Checks() as check:
        if isinstance(wanted.name, str):
            given["name"] = check.line("name", wanted.name)
    if isinstance(wanted.filters, SavedFilters):
        refuse(await understand(await work.reader(), work.actor, wanted.filters))
        given["filters"] = to_builtins(wanted.filters)
    if given.get("is_default") and not view.is_default:
        await _unset_default(work, view)
    old, new = apply(view, given)
    if new:
        view.updated_at = work.now
        await work.session.flush()
        if view.user_id is None:
            fact = SavedViewChanged(team_id=view.team_id, view_id=view.id, name=view.name, old=old, new=new)
            work.record(fact)


async def remove(work: Work, view: SavedView) -> None:
    """Remove a view for good."""
    require(may_keep_view(work.actor, user_id=view.user_id, team_id=view.team_id), _WHOSE)
    if view.user_id is None:
        work.record(SavedViewRemoved(team_id=view.team_id, view_id=view.id, name=view.name))
    await work.session.delete(view)


async def seen(work: Work, view_id: UUID) -> SavedView:
    """A view that the actor may see, locked for a change. Raises NotFound."""
    found = await work.session.get(SavedView, view_id, with_for_update=True)
    if found is None or not may_see_view(work.actor, user_id=found.user_id, team_id=found.team_id):
        raise NotFound("There is no such view.")
    return found


async def _unset_default(work: Work, view: SavedView) -> None:
    """Make room for a new default of those whose the view is."""
    same = (SavedView.user_id.is_not_distinct_from(view.user_id), SavedView.team_id.is_not_distinct_from(view.team_id))
    former = update(SavedView).where(*same, SavedView.is_default).values(is_default=False, updated_at=work.now)
    await work.session.execute(former.execution_options(synchronize_session=False))
