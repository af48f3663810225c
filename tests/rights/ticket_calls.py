"""What can be asked of the API about one ticket, and of which line of the table each request is."""

from dataclasses import dataclass
from typing import Any

from furnished import Case, Desk

DONE = frozenset({200, 201, 204})
Body = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a line of `rights_oracle.TABLE`: `path` goes behind the name of the ticket. `allowed`: the answers
    to who may; `inside`: it names a note, which is not there for who does not see the internal side."""

    operation: str
    method: str
    path: str
    body: Body = None
    allowed: frozenset[int] = DONE
    inside: bool = False


REFUSED_LATER = frozenset({409})
"""Who may is told that it does not fit what is; who may not, that they may not."""
NO_SUCH = frozenset({422})
"""Who may is told that what the body names does not exist."""
_NO_TEXT: Body = {"cannedResponseId": "00000000-0000-7000-8000-000000000000"}
CREATED, FINE, NOTHING = frozenset({201}), frozenset({200}), frozenset({204})


def _get(operation: str, *paths: str) -> list[Call]:
    return [Call(operation, "GET", path, allowed=FINE) for path in paths]


def _put(operation: str, *paths: str, body: Body = None) -> list[Call]:
    return [Call(operation, "PUT", path, body, NOTHING) for path in paths]


def _delete(operation: str, *paths: str) -> list[Call]:
    return [Call(operation, "DELETE", path, allowed=NOTHING) for path in paths]


def _patch(operation: str, *bodies: dict[str, Any]) -> list[Call]:
    return [Call(operation, "PATCH", "", body, FINE) for body in bodies]


def _post(operation: str, path: str, *bodies: Body, allowed: frozenset[int] = FINE) -> list[Call]:
    return [Call(operation, "POST", path, body, allowed) for body in bodies]


def _assign(operation: str, *bodies: dict[str, Any]) -> list[Call]:
    return _post(operation, "/assign", *bodies, allowed=frozenset({200, 204}))


def calls(desk: Desk, case: Case) -> list[Call]:
    """Every request about a ticket for somebody. Values are really new; where it says so they are the old ones."""
    world, me = desk.world, str(case.person.id)
    hr, it, finance = str(world.hr.id), str(world.it.id), str(world.finance.id)
    facilities, vpn = str(world.facilities.id), str(world.categories["vpn"].id)
    otto, fiona, bruno, lena = (str(user.id) for user in (world.otto, desk.followed_by, desk.brought, world.lena))
    said = {"body": "In other words"}
    other_status = "WAITING_ON_VENDOR"
    return [
        *_get("VIEW", "", "/messages", "/events", "/followers", "/watchers", "/links", f"?asOf={world_now(case)}"),
        *_put("VIEW", "/read"), *_delete("VIEW", "/read", "/draft"),
        *_get("SEE_INTERNAL", "/visibility", f"/visibility?as={otto}", "/explain", "/access", "/tags"),
        *_post("REPLY", "/messages", {"type": "PUBLIC", **said}, allowed=CREATED),
        *_put("REPLY", "/draft", body={"type": "PUBLIC", **said}),
        *_post("NOTE", "/messages", {"type": "INTERNAL", **said}, {"type": "INTERNAL", "isTeamOnly": True, **said},
               allowed=CREATED),
        *_post("NOTE", "/macro", _NO_TEXT, allowed=NO_SUCH),
        *_post("NOTE", "/macro/preview", _NO_TEXT, allowed=NO_SUCH),
        *_put("NOTE", "/draft", body={"type": "INTERNAL", **said}),
        Call("NOTE", "PATCH", f"/messages/{case.own_note}", said, FINE, inside=True),
        *_post("REDACT", f"/messages/{case.words}/redact", {}),
        *_post("REDACT_OWN", f"/messages/{case.own_words}/redact", {}),
        Call("REDACT_OWN", "POST", f"/messages/{case.own_note}/redact", {}, FINE, inside=True),
        *_patch("CHANGE", {"priority": "P1"}, {"priority": "P3"}, {"categoryId": vpn}, {"categoryId": None},
                {"followUpAt": "2030-01-01T09:00:00Z"}, {"customFields": {}}),
        *_put("CHANGE", "/tags/vpn", "/tags/fire"), *_delete("CHANGE", "/tags/vpn", "/tags/fire"),
        *_post("CHANGE", "/transition", {"status": other_status}),
        *_patch("EDIT_TEXT", {"subject": "Another headline"}, {"subject": case.ticket.subject},
                {"description": "In other words"}),
        *_assign("TAKE", {"assigneeId": me}),
        *_assign("ASSIGN", {"assigneeId": lena}, {"assigneeId": None}, {"teamId": it, "assigneeId": lena}),
        *_assign("TRANSFER", {"teamId": finance}, {"teamId": hr, "assigneeId": None}),
        *_patch("CHANGE_REQUESTER", {"requesterId": otto}),
        *_put("FOLLOW", f"/followers/{me}"), *_delete("FOLLOW", f"/followers/{me}"),
        *_put("ADD_FOLLOWER", f"/followers/{otto}"), *_delete("ADD_FOLLOWER", f"/followers/{bruno}"),
        *_delete("REMOVE_FOLLOWER", f"/followers/{fiona}"),
        *_put("GRANT_READ", f"/access/{hr}", body={"accessLevel": "READ"}), *_delete("GRANT_READ", f"/access/{hr}"),
        *_put("GRANT_WRITE", f"/access/{hr}", f"/access/{finance}", body={"accessLevel": "WRITE"}),
        *_delete("GRANT_WRITE", f"/access/{facilities}"),
        *_put("GRANT_WRITE", f"/access/{facilities}", body={"accessLevel": "READ"}),
        *_post("LINK", "/links", {"ticketId": str(desk.beside.number), "type": "PARENT"}, allowed=CREATED),
        *_delete("LINK", f"/links/{case.link_id}"),
        *_post("MERGE", "/merge", {"into": str(case.sibling.id)}),
        *_post("MERGE", "/unmerge", None, allowed=REFUSED_LATER),
        *_post("MERGE_ACROSS", "/merge", {"into": desk.beside.display_id}, allowed=FINE),
        *_delete("DELETE", ""), *_post("DELETE", "/restore", None),
    ]  # fmt: skip


def some_calls(desk: Desk, case: Case) -> list[Call]:
    """Every request where one relation decides; where two do, one of each line of the table."""
    every = calls(desk, case)
    if len(case.bond.relations - {"ASG"}) + case.bond.follows < 2:
        return every
    return list({call.operation: call for call in reversed(every)}.values())


def world_now(case: Case) -> str:
    """The instant at which the case was set up, as a query says it."""
    return case.ticket.updated_at.isoformat().replace("+00:00", "Z")


def bulk(desk: Desk, case: Case) -> list[tuple[str, dict[str, Any]]]:
    """What can be asked of many tickets at once, and of which line of the table it is."""
    world = desk.world
    return [
        ("CHANGE", {"priority": "P1"}),
        ("CHANGE", {"categoryId": str(world.categories["vpn"].id)}),
        ("CHANGE", {"addTags": ["vpn"], "removeTags": ["fire"]}),
        ("CHANGE", {"status": "WAITING_ON_VENDOR"}),
        ("REPLY", {"message": {"type": "PUBLIC", "body": "Hello"}}),
        ("NOTE", {"message": {"type": "INTERNAL", "body": "Hello"}}),
        ("TAKE", {"assigneeId": str(case.person.id)}),
        ("ASSIGN", {"assigneeId": str(world.lena.id)}),
        ("ASSIGN", {"assigneeId": None}),
        ("TRANSFER", {"teamId": str(world.finance.id)}),
    ]
