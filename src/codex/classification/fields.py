"""Verbs about custom fields: add, change, retire an option, take out of use, remove."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from codex.classification import queries
from codex.classification.facts import FieldAdded, FieldChanged, FieldRemoved
from codex.classification.models import Category, CustomField, FieldType, RequiredWhen
from codex.classification.policy import may_administer
from codex.classification.values import CHOICES
from codex.db.work import Work
from codex.kernel.changes import apply, given_of
from codex.kernel.checks import Checks
from codex.kernel.errors import Conflict, Unprocessable, require

DESCRIPTION_MOST = 2_000
OPTION_MOST = 200
OPTIONS_MOST = 500
_WHOSE = "Only owners, and the admins of the team whose tickets it is asked of, change a custom field."


async def add(
    work: Work,
    *,
    name: str,
    field_type: FieldType,
    options: Sequence[str] | None = None,
    description: str | None = None,
    is_required: bool = False,
    required_when: RequiredWhen = RequiredWhen.CREATE,
    team_id: UUID | None = None,
    category_id: UUID | None = None,
    sort_order: int = 0,
    is_active: bool = True,
) -> CustomField:
    """Ask something about tickets: of a team and of a category with all below it, where they are given.

    Raises Invalid for a bad name or options that do not fit the type, Unprocessable for what it refers to.
    """
    require(may_administer(work.actor, team_id), "Only owners add custom fields that are no team's own.")
    with Checks() as check:
        name = check.line("name", name)
        description = check.text("description", description, most=DESCRIPTION_MOST) if description else None
        check.place("sortOrder", sort_order)
        offered = _options(check, field_type, options)
    await queries.refuse_absent_team(work.session, team_id, path="teamId")
    await _refuse_unknown_category(work, category_id)
    field = CustomField(
        name=name, field_type=field_type.value, options=offered, retired_options=[], description=description,
        is_required=is_required, required_when=required_when.value, team_id=team_id, category_id=category_id,
        sort_order=sort_order, is_active=is_active, created_at=work.now, updated_at=work.now,
    )  # fmt: skip
    work.session.add(field)
    await work.session.flush()
    work.record(FieldAdded(team_id=team_id, field_id=field.id, name=name, field_type=field_type.value))
    return field


class FieldChanges(Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is to change about a custom field; what is UNSET stays. `options` are all that there are to be."""

    name: str | UnsetType = UNSET
    field_type: FieldType | UnsetType = UNSET
    options: list[str] | None | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    is_required: bool | UnsetType = UNSET
    required_when: RequiredWhen | UnsetType = UNSET
    team_id: UUID | None | UnsetType = UNSET
    category_id: UUID | None | UnsetType = UNSET
    sort_order: int | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


async def change(
    work: Work, field: CustomField, wanted: FieldChanges, *, answered: bool, chosen: Collection[str]
) -> None:
    """Change what is given of a field loaded by `queries.held_field`.

    `answered`: whether any ticket answers it; then its type stays (Conflict). `chosen`: the options that answers have;
    one of these that is left out of `options` retires: old answers keep it, new ones cannot take it.
    """
    given = given_of(wanted)
    teams = {field.team_id, given.get("team_id", field.team_id)}
    require(all(may_administer(work.actor, team) for team in teams), _WHOSE)
    kind = FieldType(given.get("field_type", field.field_type))
    with Checks() as check:
        if isinstance(wanted.name, str):
            given["name"] = check.line("name", wanted.name)
        if isinstance(wanted.description, str):
            given["description"] = check.text("description", wanted.description, most=DESCRIPTION_MOST) or None
        if isinstance(wanted.sort_order, int):
            check.place("sortOrder", wanted.sort_order)
        if "options" in given or kind != field.field_type:
            given["options"] = _options(check, kind, given.get("options", field.options if kind in CHOICES else None))
    if answered and kind != field.field_type:
        raise Conflict("Tickets answer this field, so its type stays; add another field.")
    if given.get("team_id", field.team_id) != field.team_id:
        await queries.refuse_absent_team(work.session, given["team_id"], path="teamId")
    if given.get("category_id", field.category_id) != field.category_id:
        await _refuse_unknown_category(work, given["category_id"])
    if "options" in given:
        given["retired_options"] = _retired(field, given["options"], chosen)
    await _settle(work, field, given)


async def remove(work: Work, field: CustomField, *, was_answered: bool) -> None:
    """Remove a field for good. Raises Conflict when a ticket answers it or once did: it is taken out of use."""
    require(may_administer(work.actor, field.team_id), _WHOSE)
    if was_answered:
        raise Conflict("Tickets answer, or answered, this field; deactivate it.")
    await work.session.delete(field)
    await work.session.flush()
    work.record(FieldRemoved(team_id=field.team_id, field_id=field.id, name=field.name))


async def _settle(work: Work, field: CustomField, given: dict[str, Any]) -> None:
    plain = {name: getattr(value, "value", value) for name, value in given.items()}
    old, new = apply(field, plain)
    if new:
        field.updated_at = work.now
        await work.session.flush()
        work.record(FieldChanged(team_id=field.team_id, field_id=field.id, name=field.name, old=old, new=new))


def _options(check: Checks, kind: FieldType, options: Sequence[str] | None) -> list[str] | None:
    if kind not in CHOICES:
        if options:
            check.fail("options", f"A {kind} field has no options.")
        return None
    if not options:
        check.fail("options", f"A {kind} field needs options to choose from.")
    elif len(options) > OPTIONS_MOST:
        check.fail("options", f"There may be at most {OPTIONS_MOST} options.")
    offered = [check.line(f"options[{n}]", option, most=OPTION_MOST) for n, option in enumerate(options or ())]
    if len({option.lower() for option in offered}) < len(offered):
        check.fail("options", "Each option may be there once, in capitals or not.")
    return offered


def _retired(field: CustomField, options: Sequence[str] | None, chosen: Collection[str]) -> list[str]:
    """What was an option and is none any more, as far as answers have it."""
    known = [*field.retired_options, *(field.options or ())]
    return [option for option in dict.fromkeys(known) if option in chosen and option not in (options or ())]


async def _refuse_unknown_category(work: Work, category_id: UUID | None) -> None:
    if category_id is not None and await work.session.get(Category, category_id) is None:
        raise Unprocessable("There is no such category.", path="categoryId")
