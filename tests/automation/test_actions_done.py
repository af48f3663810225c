"""Every action does what people do, through the same commands; what is sent is put down to be sent."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import automations
import pytest
from automations import SEAL, reply, rule, runs, tag
from sqlalchemy import select, text

from codex.automation.models import SIGNING, Trigger, WebhookDelivery
from codex.classification import fields
from codex.classification.models import FieldType
from codex.desk import canned_responses
from codex.identity.models import User
from codex.kernel.richtext import to_html
from codex.notifications.models import Notification, NotificationOutbox
from codex.tickets import queries, triage
from codex.tickets.actions import ACTIONS, type_of
from codex.tickets.models import MessageType, Ticket, TicketPriority, TicketStatus
from world import FOUNDED, World

pytestmark = pytest.mark.anyio


async def done(world: World, *actions: dict[str, Any], **opened: Any) -> tuple[Ticket, list[dict[str, Any]]]:
    """A ticket on which a rule did these, and what it says each changed."""
    made = await rule(world, *actions, trigger=Trigger.PRIORITY_CHANGED)
    ticket = await world.ticket(**{"team": world.it, **opened})
    async with world.work(as_=world.ona, now="2026-03-02T10:00Z") as work:
        await triage.set_priority(work, await queries.visible(work, ticket.id, lock=True), TicketPriority.P2)
    (ran,) = await runs(world, made)
    assert ran.success, ran.error
    assert await world.differences() == []
    return await world.reload(ticket), ran.actions


async def told(world: World, *people: User) -> set[str]:
    async with world.session() as session:
        found = set(await session.scalars(select(Notification.user_id)))
    names = {person.id: person.display_name.split()[0] for person in people}
    return {names[key] for key in found}


async def test_assigning_to_a_team_a_person_and_nobody(world: World) -> None:
    ticket, _ = await done(
        world, {"type": "assign_team", "teamId": str(world.it.id)},
        {"type": "assign_user", "userId": str(world.amir.id)}, team=world.hr,
    )  # fmt: skip
    assert (ticket.assigned_team_id, ticket.assignee_id, ticket.status) == (
        world.it.id, world.amir.id, TicketStatus.ASSIGNED
    )  # fmt: skip


async def test_unassigning(world: World) -> None:
    ticket, changed = await done(world, {"type": "unassign"}, assignee=world.amir)
    assert (ticket.assignee_id, ticket.status) == (None, TicketStatus.TRIAGED)
    assert [fact["fact"] for fact in changed[0]["changed"]] == ["ASSIGNED", "STATUS_CHANGED"]


async def test_taking_turns_in_another_team_that_works_from_its_queue(world: World) -> None:
    ticket, _ = await done(world, {"type": "assign_round_robin", "teamId": str(world.it.id)}, team=world.hr)
    assert ticket.assigned_team_id == world.it.id
    assert ticket.assignee_id in {world.amir.id, world.lena.id, world.tara.id}


async def test_status_category_tags_and_an_answer(world: World) -> None:
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        field = await fields.add(work, name="Floor", field_type=FieldType.NUMBER)
    vpn = world.categories["vpn"]
    ticket, changed = await done(
        world, {"type": "set_status", "status": "WAITING_ON_VENDOR"},
        {"type": "set_category", "categoryId": str(vpn.id)},
        {"type": "set_custom_field", "fieldId": str(field.id), "value": 3}, tag("a"), tag("b"),
        {"type": "remove_tag", "tag": "a"}, {"type": "set_priority", "priority": "P2"},
    )  # fmt: skip
    assert (ticket.status, ticket.category_id) == (TicketStatus.WAITING_ON_VENDOR, vpn.id)
    assert [len(each["changed"]) for each in changed] == [1, 1, 1, 1, 1, 1, 0]
    assert changed[2]["changed"][0]["to"] == 3


async def test_followers_and_access(world: World) -> None:
    ticket, _ = await done(
        world, {"type": "add_follower", "userId": str(world.otto.id)},
        {"type": "add_follower", "userId": str(world.ona.id)},
        {"type": "remove_follower", "userId": str(world.ona.id)},
        {"type": "grant_access", "teamId": str(world.hr.id), "accessLevel": "READ", "expiresInDays": 7},
    )  # fmt: skip
    async with world.session() as session:
        followers = list(await session.scalars(text("SELECT user_id FROM ticket_followers WHERE ticket_id = :t"),
                                               {"t": ticket.id}))  # fmt: skip
        until = await session.scalar(text("SELECT expires_at::date::text FROM ticket_access WHERE ticket_id = :t"),
                                     {"t": ticket.id})  # fmt: skip
    assert (followers, until) == ([world.otto.id], "2026-03-09")


async def test_notes_and_replies_with_their_placeholders_filled(world: World) -> None:
    ticket, _ = await done(
        world, {"type": "add_internal_note", "body": "{{ticket.displayId}} of {{team.name}}"},
        reply("Dear {{requester.firstName}}: <{{ticket.subject}}>, {{agent.firstName}}"), assignee=world.amir,
        subject="{{ticket.url}} & co",
    )  # fmt: skip
    said = [(m.type, m.body, m.author_id) for m in await world.messages(ticket)]
    assert said == [
        (MessageType.INTERNAL, f"{ticket.display_id} of {world.it.name}", None),
        (MessageType.PUBLIC, "Dear Rosa: <{{ticket.url}} & co>, Amir", None),
    ]
    assert ticket.first_response_at is None  # a rule is nobody's answer


async def test_notifying_roles_and_people_but_nobody_who_may_not_see_it(world: World) -> None:
    await done(
        world, {"type": "notify", "userIds": [str(world.otto.id), str(world.hana.id)],
                "text": "Look at {{ticket.displayId}}", "roles": ["ASSIGNEE", "TEAM_LEADS", "REQUESTER"]},
        assignee=world.amir,
    )  # fmt: skip
    everybody = (world.rosa, world.amir, world.lena, world.tara, world.otto, world.hana, world.ona)
    assert await told(world, *everybody) == {"Rosa", "Amir", "Lena", "Tara"}
    async with world.session() as session:
        assert set(await session.scalars(select(Notification.body))) == {"Look at IT-1"}


@pytest.mark.parametrize(("role", "names"), [
    ("TEAM", {"Amir", "Lena", "Tara"}), ("OWNER", {"Ona"}), ("FOLLOWERS", set()), ("ASSIGNEE", set())])  # fmt: skip
async def test_each_role_that_can_be_told(world: World, role: str, names: set[str]) -> None:
    await done(world, {"type": "notify", "roles": [role]})
    found = await told(world, world.rosa, world.amir, world.lena, world.tara, world.otto, world.hana, world.ona)
    assert names <= found and (found == names or role == "TEAM")


async def test_a_mail_whose_subject_stays_one_line(world: World) -> None:
    _, changed = await done(
        world, {"type": "send_email", "to": "Boss@Acme.example", "subject": "About {{ticket.subject}}",
                "body": "{{ticket.subject}}\n"}, subject="a\u2028Bcc: x@y.z",
    )  # fmt: skip
    async with world.session() as session:
        (mail,) = await session.scalars(select(NotificationOutbox))
    assert (mail.to_email, mail.subject) == ("boss@acme.example", "About a Bcc: x@y.z")
    assert changed[0]["changed"][0]["to"] == "boss@acme.example"


async def test_a_mail_to_several_addresses_is_one_to_each(world: World) -> None:
    _, changed = await done(world, {"type": "send_email", "to": ["Boss@Acme.example", "desk@acme.example"],
                                    "subject": "s", "body": "b"})  # fmt: skip
    async with world.session() as session:
        mails = list(await session.scalars(select(NotificationOutbox.to_email).order_by(NotificationOutbox.to_email)))
    assert mails == ["boss@acme.example", "desk@acme.example"]
    assert [fact["to"] for fact in changed[0]["changed"]] == mails


@pytest.mark.parametrize("subject", ["[Sign in here](https://evil.example/login)", "<https://evil.example/login>"])
async def test_what_a_stranger_wrote_is_no_link_in_what_the_desk_signs(world: World, subject: str) -> None:
    ticket, _ = await done(
        world, {"type": "send_public_reply", "body": "Re: {{ticket.subject}}"},
        {"type": "notify", "roles": ["OWNER"], "text": "Re: {{ticket.subject}}"}, subject=subject,
    )  # fmt: skip
    (message,) = await world.messages(ticket)
    async with world.session() as session:
        told = await session.scalar(select(Notification.body))
    assert "<a" not in to_html(message.body) and "evil.example" in to_html(message.body)
    assert told == f"Re: {subject}", "a notification is plain text"


async def test_a_macro_is_a_reply_and_what_goes_with_it(world: World) -> None:
    async with world.work(as_=world.ona, now=FOUNDED) as work:
        macro = await canned_responses.add(work, name="M", content="We are on it, {{requester.firstName}}.",
                                           is_global=True)  # fmt: skip
        macro.actions = [tag("macro")]
    ticket, changed = await done(world, {"type": "apply_macro", "cannedResponseId": str(macro.id)})
    assert [m.body for m in await world.messages(ticket)] == ["We are on it, Rosa."]
    assert [each["type"] for each in changed] == ["apply_macro", "send_public_reply", "add_tag"]


async def test_a_call_of_a_webhook_is_put_down_with_its_secret_sealed(world: World) -> None:
    ticket, _ = await done(world, {"type": "call_webhook", "url": "https://hooks.example/x", "secret": "s3cret"},
                           {"type": "stop"})  # fmt: skip
    async with world.session() as session:
        (call,) = await session.scalars(select(WebhookDelivery))
        kept = await session.scalar(text("SELECT actions FROM automation_rules"))
        versions = await session.scalar(text("SELECT terms::text FROM automation_rule_versions"))
    assert SEAL.open(SIGNING, call.sealed_secret or b"") == b"s3cret"
    assert SEAL.open(SIGNING, b64decode(kept[0]["sealedSecret"])) == b"s3cret"
    assert "s3cret" not in str(kept) + str(versions)
    assert (call.payload["ticket"]["displayId"], call.payload["event"]) == (ticket.display_id, "PRIORITY_CHANGED")
    assert call.execution_id is not None


def test_every_action_is_done_in_some_test_here() -> None:
    words = Path(__file__).read_text("utf-8") + Path(automations.__file__).read_text("utf-8")
    assert [type_of(kind) for kind in ACTIONS if type_of(kind) not in words] == []
