"""Reading what somebody wrote as actions: into structs, or into what is wrong with them, each with its path."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from msgspec import ValidationError, convert

from codex.kernel import placeholders
from codex.kernel.checks import Checks
from codex.kernel.errors import Invalid, Problem
from codex.tickets.actions import (
    BY_TYPE,
    Action,
    AddTag,
    ApplyMacro,
    CallWebhook,
    GrantAccess,
    Notify,
    RemoveTag,
    SendEmail,
    SetStatus,
    texts_of,
)
from codex.tickets.models import BODY_MOST, TicketStatus
from codex.tickets.opening import SUBJECT_MOST
from codex.tickets.tagging import name_of

MOST_ACTIONS, MOST_PEOPLE = 50, 100
TEXT_MOST, URL_MOST, SECRET_MOST, DAYS_MOST = 2_000, 2_000, 500, 3650
_NOT_KEPT = re.compile(r"[\x00\ud800-\udfff]")
_LENGTHS = {"body": BODY_MOST, "text": TEXT_MOST, "subject": SUBJECT_MOST}


def read_actions(
    written: object, *, path: str = "actions", may_nest: bool = True, is_kept: bool = False
) -> tuple[tuple[Action, ...], list[Problem]]:
    """The actions of a list, and every problem with it; with problems the actions must not be used.

    `path`: where the list stands. `may_nest`: no for what belongs to a macro, which applies no other. `is_kept`: it was
    read before and comes out of the database. Whether what is named exists, `action_references` finds out.
    """
    if not isinstance(written, list):
        return (), [Problem(path, "This is a list of actions.")]
    if len(written) > MOST_ACTIONS:
        return (), [Problem(path, f"There are {len(written)} actions; {MOST_ACTIONS} is the most.")]
    actions: list[Action] = []
    problems: list[Problem] = []
    for place, said in enumerate(written):
        found, wrong = _read(said, f"{path}[{place}]", is_kept=is_kept)
        problems += wrong
        if isinstance(found, ApplyMacro) and not may_nest:
            problems.append(Problem(f"{path}[{place}].type", "A macro cannot apply another one."))
        elif found is not None:
            actions.append(found)
    return tuple(actions), problems


def _read(said: object, path: str, *, is_kept: bool) -> tuple[Action | None, list[Problem]]:
    if not isinstance(said, dict):
        return None, [Problem(path, 'An action is an object such as {"type": "set_priority", "priority": "P1"}.')]
    named = said.get("type")
    kind = BY_TYPE.get(named) if isinstance(named, str) else None
    if kind is None:
        return None, [Problem(f"{path}.type", f"This is one of {', '.join(BY_TYPE)}.")]
    if any(_NOT_KEPT.search(text) for text in _strings(said)):
        return None, [Problem(path, "This holds characters that no text can have.")]
    try:
        action: Any = convert(said, kind)
    except ValidationError as bad:
        return None, [_located(str(bad), path)]
    with _Collected() as check:
        _check(check, action, path)
        if isinstance(action, CallWebhook) and action.sealed_secret is not None and not is_kept:
            check.fail(f"{path}.sealedSecret", "This field is not known.")
    return (None if check.problems else action), check.problems


def _strings(said: object) -> Iterator[str]:
    match said:
        case str():
            yield said
        case dict() | list():
            for part in (*said, *said.values()) if isinstance(said, dict) else said:
                yield from _strings(part)
        case _:
            return


class _Collected(Checks):
    """Problems are looked at, not raised."""

    def __exit__(self, *_: object) -> None:
        return


_FIELD = re.compile(r"field `([^`]+)`")
_AT = re.compile(r" - at `\$([^`]*)`$")


def _located(message: str, path: str) -> Problem:
    """The library's words with the place that they are about."""
    where = _AT.search(message)
    path, message = f"{path}{where.group(1) if where else ''}", _AT.sub("", message)
    named = _FIELD.search(message)
    if named is None:
        return Problem(path, f"{message}.")
    said = "This field is not known." if "unknown field" in message else "This field is required."
    return Problem(f"{path}.{named.group(1)}", said)


def _check(check: Checks, action: Action, path: str) -> None:
    for name, text in texts_of(action):
        _check_text(check, f"{path}.{name}", text, most=_LENGTHS[name])
    match action:
        case AddTag(tag=tag) | RemoveTag(tag=tag):
            _check_tag(check, f"{path}.tag", tag)
        case SetStatus(status=TicketStatus.NEW):
            check.fail(f"{path}.status", "Nothing goes back to NEW.")
        case GrantAccess(expires_in_days=int() as days) if not 1 <= days <= DAYS_MOST:
            check.fail(f"{path}.expiresInDays", f"A grant lasts 1 to {DAYS_MOST} days, or without days for good.")
        case Notify(user_ids=people, roles=roles):
            if not people and not roles:
                check.fail(path, "Say whom to notify: userIds, roles, or both.")
            if len(people) > MOST_PEOPLE:
                check.fail(f"{path}.userIds", f"There are {len(people)} people; {MOST_PEOPLE} is the most.")
        case SendEmail(subject=subject):
            _check_addresses(check, action, f"{path}.to")
            if any(not letter.isprintable() for letter in subject):
                check.fail(f"{path}.subject", "A subject is one line.")
        case CallWebhook():
            _check_webhook(check, action, path)
        case _:
            return


def _check_addresses(check: Checks, action: SendEmail, path: str) -> None:
    if not 1 <= len(action.addresses) <= MOST_PEOPLE:
        check.fail(path, f"A mail goes to 1 to {MOST_PEOPLE} addresses.")
        return
    said = [
        check.email(path if isinstance(action.to, str) else f"{path}[{place}]", address)
        for place, address in enumerate(action.addresses)
    ]
    for place, address in enumerate(said):
        if address in said[:place]:
            check.fail(f"{path}[{place}]", f"{address} is there twice.")


def _check_text(check: Checks, path: str, text: str, *, most: int) -> None:
    check.text(path, text, most=most, required=True)
    if placeholders.is_open_in(text):
        check.fail(path, placeholders.OPEN)
    for name in placeholders.unknown_in(text):
        check.fail(path, f"There is nothing that would stand for {{{{{name}}}}}.")


def _check_tag(check: Checks, path: str, tag: str) -> None:
    try:
        name_of(tag, path=path)
    except Invalid as bad:
        for problem in bad.problems:
            check.fail(problem.path, problem.message)


def _check_webhook(check: Checks, action: CallWebhook, path: str) -> None:
    try:
        parts = urlsplit(action.url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        is_address = is_address and not (parts.username or parts.password or parts.fragment)
    except ValueError:
        is_address = False
    is_plain = action.url.isascii() and action.url.isprintable() and " " not in action.url
    if not is_address or not is_plain or len(action.url) > URL_MOST:
        check.fail(f"{path}.url", "This is an http:// or https:// address without a user, a password or a fragment.")
    if action.secret is not None and not 1 <= len(action.secret) <= SECRET_MOST:
        check.fail(f"{path}.secret", f"A secret has 1 to {SECRET_MOST} characters.")
