"""Actions of rules and macros as sentences, and what they changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from codex.web.present.language import gettext as _
from codex.web.present.rule_views import Words
from codex.web.present.rule_words import Names, say, shown

_TEXT_MOST = 120


def action(told: Mapping[str, Any], names: Names) -> Words:
    """One action as it is kept: "Set priority to Urgent"."""
    kind = str(told.get("type"))
    pattern, values = _patterns(told, names).get(kind, (kind, {}))
    return say(pattern, **values)


def actions(told: Sequence[Any], names: Names) -> tuple[Words, ...]:
    """Several."""
    return tuple(action(one, names) for one in told if isinstance(one, dict))


def type_word(kind: str) -> str:
    """An action by its kind alone: "Set priority"."""
    return kind.replace("_", " ").capitalize()


def changes(changed: Sequence[Mapping[str, Any]], names: Names) -> str:
    """What an action changed: "priority Normal → Urgent"; nothing where it was so already."""
    return "; ".join(_change(one, names) for one in changed) or _("nothing, it was so already")


def _change(fact: Mapping[str, Any], names: Names) -> str:
    kind = str(fact.get("fact"))
    name = kind.removesuffix("_CHANGED").replace("_", " ").lower()
    if "to" in fact and "from" in fact:
        field = {"STATUS_CHANGED": "status", "PRIORITY_CHANGED": "priority"}.get(kind)
        label = {"ASSIGNED": _("assignee"), "CUSTOM_FIELD_CHANGED": str(fact.get("name"))}.get(kind, name)
        return f"{label} {shown(field, fact['from'], names)} → {shown(field, fact['to'], names)}"
    if kind == "NOBODY_AVAILABLE":
        return str(fact.get("because"))
    detail = next((fact[key] for key in ("tag", "name", "to", "url", "userId", "userIds", "teamId") if key in fact), "")
    return f"{name} {shown(None, detail, names)}".strip() if detail else name


def _patterns(told: Mapping[str, Any], names: Names) -> Mapping[str, tuple[str, dict[str, str]]]:
    """The sentences, with what their blanks stand for."""

    def named(key: str) -> str:
        return names.get(str(told.get(key)), _("something that is no more"))

    def text(key: str) -> str:
        said = " ".join(str(told.get(key) or "").split())
        return f"“{said[:_TEXT_MOST]}…”" if len(said) > _TEXT_MOST else f"“{said}”"

    addresses = told.get("to")
    to = ", ".join(map(str, addresses)) if isinstance(addresses, list) else str(addresses)
    tag, user, team = str(told.get("tag")), named("userId"), named("teamId")
    level = _("work on it") if told.get("accessLevel") == "WRITE" else _("see it")
    turn = _("Give it to whose turn it is in {team}") if told.get("teamId") else _("Give it to whose turn it is")
    category = _("Set category to {category}") if told.get("categoryId") else _("Take the category away")
    return {
        "assign_team": (_("Move it to {team}"), {"team": team}),
        "assign_user": (_("Assign it to {user}"), {"user": user}),
        "assign_round_robin": (turn, {"team": team}),
        "unassign": (_("Put it back into the queue"), {}),
        "set_priority": (_("Set priority to {value}"), {"value": shown("priority", told.get("priority"), names)}),
        "set_status": (_("Set status to {value}"), {"value": shown("status", told.get("status"), names)}),
        "set_category": (category, {"category": named("categoryId")}),
        "set_custom_field": (
            _("Set {field} to {value}"), {"field": named("fieldId"), "value": shown(None, told.get("value"), names)},
        ),
        "add_tag": (_("Add the tag {tag}"), {"tag": tag}),
        "remove_tag": (_("Remove the tag {tag}"), {"tag": tag}),
        "add_follower": (_("Let {user} follow it"), {"user": user}),
        "remove_follower": (_("Let {user} follow it no more"), {"user": user}),
        "grant_access": (_("Let {team} {level}"), {"team": team, "level": level}),
        "add_internal_note": (_("Write the note {text}"), {"text": text("body")}),
        "send_public_reply": (_("Reply to everybody {text}"), {"text": text("body")}),
        "notify": (_("Notify {whom}"), {"whom": _whom(told, names)}),
        "send_email": (_("Send a mail to {to}, subject {subject}"), {"to": to, "subject": text("subject")}),
        "apply_macro": (_("Use the prepared text {name}"), {"name": named("cannedResponseId")}),
        "call_webhook": (_("Send the ticket to {url}"), {"url": str(told.get("url"))}),
        "stop": (_("Let no later rule run"), {}),
    }  # fmt: skip


def _whom(told: Mapping[str, Any], names: Names) -> str:
    roles = {
        "ASSIGNEE": _("the assignee"), "TEAM_LEADS": _("the team’s leads"), "TEAM": _("the team"),
        "FOLLOWERS": _("the followers"), "REQUESTER": _("the requester"), "OWNER": _("the owners"),
    }  # fmt: skip
    people = [names.get(str(key), _("somebody who is no more")) for key in told.get("userIds", ())]
    return ", ".join([*(roles.get(str(role), str(role)) for role in told.get("roles", ())), *people])
