"""Verbs about texts to answer with: a person's own, a team's, everybody's."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import select

from codex.classification.models import CustomField
from codex.db.work import Work
from codex.desk import macros
from codex.desk.facts import CannedResponseAdded, CannedResponseChanged, CannedResponseRemoved
from codex.desk.models import CannedResponse
from codex.desk.policy import may_keep_text, may_see_text
from codex.identity.models import Team
from codex.kernel import placeholders
from codex.kernel.changes import apply, given_of
from codex.kernel.checks import Checks
from codex.kernel.errors import NotFound, Unprocessable, require

CONTENT_MOST = 20_000
_WHOSE = "People keep their own texts, leads and admins their team's, owners everybody's."


async def add(
    work: Work,
    *,
    name: str,
    content: str,
    team_id: UUID | None = None,
    is_global: bool = False,
    actions: Sequence[Any] = (),
) -> CannedResponse:
    """Keep a text for oneself, for a team, or for everybody.

    Raises Invalid for a bad name or content and for actions that there are not, Unprocessable for a placeholder or a
    team that there is not, and for what actions name and there is not.
    """
    if team_id is not None and is_global:
        raise Unprocessable("A text is a team's or everybody's, not both.", path="isGlobal")
    user_id = None if team_id or is_global else work.actor.id
    require(may_keep_text(work.actor, user_id=user_id, team_id=team_id), _WHOSE)
    with Checks() as check:
        name = check.line("name", name)
        content = check.text("content", content, most=CONTENT_MOST, required=True)
    if team_id is not None and await work.session.get(Team, team_id) is None:
        raise Unprocessable("There is no such team.", path="teamId")
    await _refuse_unknown(work, content)
    acts = await macros.checked(await work.reader(), actions)
    response = CannedResponse(
        name=name, content=content, actions=acts, user_id=user_id, team_id=team_id, created_at=work.now,
        updated_at=work.now,
    )  # fmt: skip
    work.session.add(response)
    await work.session.flush()
    work.record(CannedResponseAdded(team_id=team_id, response_id=response.id, name=name))
    return response


class CannedResponseChanges(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to change about a text; what is UNSET stays. Whose it is stays."""

    name: str | UnsetType = UNSET
    content: str | UnsetType = UNSET
    actions: list[Any] | UnsetType = UNSET


async def change(work: Work, response: CannedResponse, wanted: CannedResponseChanges) -> None:
    """Change what is given. Raises Invalid and Unprocessable as `add` does."""
    require(may_keep_text(work.actor, user_id=response.user_id, team_id=response.team_id), _WHOSE)
    given = given_of(wanted)
    with Checks() as check:
        if isinstance(wanted.name, str):
            given["name"] = check.line("name", wanted.name)
        if isinstance(wanted.content, str):
            given["content"] = check.text("content", wanted.content, most=CONTENT_MOST, required=True)
    await _refuse_unknown(work, given.get("content", ""))
    if isinstance(wanted.actions, list):
        given["actions"] = await macros.checked(await work.reader(), wanted.actions)
    old, new = apply(response, given)
    if new:
        response.updated_at = work.now
        fact = CannedResponseChanged(
            team_id=response.team_id, response_id=response.id, name=response.name, old=old, new=new
        )
        work.record(fact)


async def remove(work: Work, response: CannedResponse) -> None:
    """Remove a text for good."""
    require(may_keep_text(work.actor, user_id=response.user_id, team_id=response.team_id), _WHOSE)
    work.record(CannedResponseRemoved(team_id=response.team_id, response_id=response.id, name=response.name))
    await work.session.delete(response)


async def usable(work: Work, response_id: UUID) -> CannedResponse:
    """A text that the actor may use, locked for a change. Raises NotFound."""
    found = await work.session.get(CannedResponse, response_id, with_for_update=True)
    if found is None or not may_see_text(work.actor, user_id=found.user_id, team_id=found.team_id):
        raise NotFound("There is no such text.")
    return found


async def _refuse_unknown(work: Work, content: str) -> None:
    if placeholders.is_open_in(content):
        raise Unprocessable(placeholders.OPEN, path="content")
    asked = set(placeholders.fields_in(content))
    known = await work.session.scalars(select(CustomField.name).where(CustomField.name.in_(asked)))
    unknown = [*placeholders.unknown_in(content), *(f"{placeholders.FIELD}{n}" for n in asked - set(known))]
    if unknown:
        names = ", ".join(f"{{{{{name}}}}}" for name in sorted(unknown))
        raise Unprocessable(f"There is nothing that would stand for {names}.", path="content")
