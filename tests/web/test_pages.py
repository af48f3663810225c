"""The agents' pages through the real application: lists, tickets, replies, properties, and what nobody may see."""

import pytest
from open_desk import OpenDesk
from visitors import Visitor, parts_of, text_of

from codex.identity import people, queries
from codex.identity.people import PersonChanges
from codex.kernel.actor import system
from codex.tickets.models import MessageType, TicketPriority, TicketStatus

pytestmark = pytest.mark.anyio


async def test_the_door_leads_everybody_to_where_their_day_begins(desk: OpenDesk) -> None:
    for name, home in (("amir", "/queue"), ("ona", "/queue"), ("rosa", "/requests")):
        answer = await (await desk.visitor(name)).see("/")
        assert (answer.status_code, answer.headers["location"]) == (303, home)


async def test_an_outsider_cannot_tell_a_ticket_of_others_from_one_that_does_not_exist(desk: OpenDesk) -> None:
    ticket, otto = await desk.ticket(), await desk.visitor("otto")
    for place in ("tickets", "requests"):
        for htmx in (False, True):
            theirs = await otto.see(f"/{place}/{ticket}", htmx=htmx)
            nothing = await otto.see(f"/{place}/IT-99999", htmx=htmx)
            assert (theirs.status_code, theirs.text) == (404, nothing.text)
            assert ticket not in theirs.text
    for noun, form in {"replies": {"kind": "reply", "body": "x"}, "status": {"status": "CLOSED"}}.items():
        assert (await otto.send(f"/tickets/{ticket}/{noun}", **form)).status_code == 404


async def test_an_agent_of_another_team_does_not_see_it_either(desk: OpenDesk) -> None:
    ticket, hana = await desk.ticket("Salary of the CEO"), await desk.visitor("hana")

    assert (await hana.see(f"/tickets/{ticket}")).status_code == 404
    for view in ("all", "unassigned", "mine", "done"):
        assert "Salary" not in (await hana.see(f"/queue?view={view}")).text
    assert (await hana.see("/queue?view=team:it")).status_code == 404


async def test_an_address_that_names_nothing_is_nothing(desk: OpenDesk) -> None:
    amir = await desk.visitor("amir")
    for path in (
        "/tickets/%00",
        "/requests/IT%00-1",
        f"/tickets/{10**30}",
        "/queue?view=team:%00",
        "/queue?view=x",
        "/x",
    ):
        assert (await amir.see(path)).status_code == 404, path
    for path in ("/queue?cursor=x", "/queue?status=x", "/requests?cursor=x"):
        assert (await amir.see(path)).status_code == 400, path


async def test_a_requester_is_sent_from_the_desk_to_the_portal(desk: OpenDesk) -> None:
    ticket, rosa = await desk.ticket(), await desk.visitor("rosa")

    assert (await rosa.see("/queue")).headers["location"] == "/requests"
    assert (await rosa.see(f"/tickets/{ticket}")).headers["location"] == f"/requests/{ticket}"
    assert (await rosa.see(f"/tickets/{ticket}", htmx=True)).headers["hx-redirect"] == f"/requests/{ticket}"


async def test_an_agent_replies_with_a_plain_form(desk: OpenDesk) -> None:
    ticket, amir = await desk.ticket(assignee="amir"), await desk.visitor("amir")
    form = {"kind": "reply", "body": "Try **20 s**", "status": "WAITING_ON_REQUESTER"}
    answer = await amir.send(f"/tickets/{ticket}/replies?view=mine", **form)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{ticket}?view=mine")
    page = await amir.see(answer.headers["location"])
    assert "Try <strong>20 s</strong>" in page.text
    assert (await desk.now(ticket)).status is TicketStatus.WAITING_ON_REQUESTER


async def test_an_agent_replies_with_htmx_and_gets_the_pane_and_the_row(desk: OpenDesk) -> None:
    ticket, amir = await desk.ticket(assignee="amir"), await desk.visitor("amir")
    answer = await amir.send(f"/tickets/{ticket}/replies?view=mine", htmx=True, kind="reply", body="On its way")

    assert answer.status_code == 200
    assert "<html" not in answer.text and "On its way" in answer.text
    assert f'hx-target="#row-{ticket}"' in answer.text
    assert "HX-Request" in answer.headers["vary"]


async def test_a_note_sets_no_status(desk: OpenDesk) -> None:
    ticket, amir = await desk.ticket(assignee="amir"), await desk.visitor("amir")
    await amir.send(f"/tickets/{ticket}/replies", kind="note", body="Ask Lena", status="WAITING_ON_REQUESTER")

    assert (await desk.now(ticket)).status is TicketStatus.ASSIGNED


async def test_what_could_not_be_sent_comes_back_in_the_box(desk: OpenDesk) -> None:
    ticket, amir = await desk.ticket(assignee="amir", status=TicketStatus.RESOLVED), await desk.visitor("amir")
    form = {"kind": "reply", "body": "Half an <hour> of work", "status": "WAITING_ON_VENDOR"}
    for htmx in (False, True):
        answer = await amir.send(f"/tickets/{ticket}/replies?view=mine", htmx=htmx, **form)
        assert answer.status_code == 409
        assert "Half an &lt;hour&gt; of work</textarea>" in answer.text
        assert "Not sent. A ticket that is Resolved cannot become Waiting on vendor." in answer.text
    empty = await amir.send(f"/tickets/{ticket}/replies", kind="note", body=" \r\n")
    assert empty.status_code == 422
    assert "Write your message first." in empty.text
    assert 'value="note" checked' in empty.text


async def test_a_requester_cannot_write_a_note(desk: OpenDesk) -> None:
    ticket, rosa = await desk.ticket(), await desk.visitor("rosa")
    answer = await rosa.send(f"/tickets/{ticket}/replies", kind="note", body="Let me in")

    assert answer.status_code == 403
    assert "You may not write this kind of message here." in answer.text


async def test_a_form_with_another_token_is_refused(desk: OpenDesk) -> None:
    ticket, amir = await desk.ticket(), await desk.visitor("amir")
    for token in ("", "0" * 64):
        answer = await amir.send(f"/tickets/{ticket}/status", _csrf=token, status="CLOSED")
        assert answer.status_code == 403
    assert (await desk.now(ticket)).status is TicketStatus.NEW


async def test_properties_are_changed_by_small_forms(desk: OpenDesk) -> None:
    ticket, amir = await desk.ticket(), await desk.visitor("amir")
    vpn = desk.world.categories["vpn"].id
    forms = {"assignee": str(desk.world.amir.id), "status": "IN_PROGRESS", "priority": "P1", "category": str(vpn)}
    for noun, value in forms.items():
        answer = await amir.send(f"/tickets/{ticket}/{noun}?view=unassigned", **{noun: value})
        assert answer.headers["location"] == f"/tickets/{ticket}?view=unassigned"

    now = await desk.now(ticket)
    assert (now.assignee_id, now.status) == (desk.world.amir.id, TicketStatus.IN_PROGRESS)
    assert (now.priority, now.category_id) == (TicketPriority.P1, vpn)
    told = text_of((await amir.see(f"/tickets/{ticket}")).text)
    for sentence in ("Amir Haddad took it", "set priority to Urgent", "changed category to Software and network › VPN"):
        assert sentence in told


async def test_nobody_and_none_are_choices(desk: OpenDesk) -> None:
    ticket, lena = await desk.ticket(assignee="amir"), await desk.visitor("lena")
    await lena.send(f"/tickets/{ticket}/assignee", assignee="")

    assert (await desk.now(ticket)).assignee_id is None
    assert "took it away from Amir Haddad" in text_of((await lena.see(f"/tickets/{ticket}")).text)


async def test_an_impossible_transition_is_a_409_that_says_why(desk: OpenDesk) -> None:
    ticket, amir = await desk.ticket(), await desk.visitor("amir")
    for htmx in (False, True):
        answer = await amir.send(f"/tickets/{ticket}/status", htmx=htmx, status="IN_PROGRESS")
        assert answer.status_code == 409
        assert "A ticket that is New cannot become In progress while nobody is assigned." in answer.text


async def test_a_choice_that_makes_no_sense_is_a_422(desk: OpenDesk) -> None:
    ticket, amir = await desk.ticket(), await desk.visitor("amir")
    for noun, value in (("assignee", str(desk.world.rosa.id)), ("assignee", "me"), ("category", "x")):
        assert (await amir.send(f"/tickets/{ticket}/{noun}", **{noun: value})).status_code == 422
    assert (await amir.send(f"/tickets/{ticket}/status", status="GONE")).status_code == 400


async def test_controls_are_those_that_the_commands_allow(desk: OpenDesk) -> None:
    ticket = await desk.ticket(assignee="lena")
    amir, lena = await desk.visitor("amir"), await desk.visitor("lena")
    agents = parts_of((await amir.see(f"/tickets/{ticket}")).text)
    leads = parts_of((await lena.see(f"/tickets/{ticket}")).text)

    assert "assignee" not in agents.selects and f"assignee={desk.world.amir.id}" in agents.buttons
    assert leads.selects["assignee"] == ["", *(str(desk.user(name).id) for name in ("amir", "lena", "tara"))]
    assert "NEW" not in leads.selects["status"] and "REOPENED" not in leads.selects["status"]


async def test_what_people_type_is_escaped_everywhere(desk: OpenDesk) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    async with desk.world.works.begin(system("Test")) as work:
        rosa_herself = await queries.person(work.session, desk.world.rosa.id)
        await people.change(work, rosa_herself, PersonChanges(display_name=evil))
    ticket = await desk.ticket(evil, description=evil, assignee="amir")
    await desk.write(ticket, f"{evil}\n\n[x](javascript:alert(3))", by="rosa")
    amir, rosa = await desk.visitor("amir"), await desk.visitor("rosa")
    await amir.send(f"/tickets/{ticket}/replies", kind="note", body=evil)
    for who, path in (
        (amir, "/queue"),
        (amir, f"/tickets/{ticket}"),
        (rosa, "/requests"),
        (rosa, f"/requests/{ticket}"),
    ):
        text = (await who.see(path)).text
        assert "<script>alert" not in text and "<img" not in text and 'href="javascript' not in text
        assert "&lt;script&gt;alert(1)" in text


async def test_every_page_of_every_role_is_there_and_runs_no_inline_code(desk: OpenDesk) -> None:
    ticket = await desk.ticket(assignee="amir")
    await desk.write(ticket, "For us", by="amir", type=MessageType.INTERNAL)
    desks = ["/queue", "/queue?view=done", "/queue?view=team:it", f"/tickets/{ticket}", "/requests"]
    for name, paths in {
        "amir": desks,
        "lena": desks,
        "ona": desks,
        "rosa": ["/requests", f"/requests/{ticket}"],
    }.items():
        visitor: Visitor = await desk.visitor(name)
        for path in paths:
            answer = await visitor.see(path)
            parts = parts_of(answer.text)
            assert answer.status_code == 200, (name, path)
            assert None not in parts.scripts and parts.inline == [], (name, path)
            assert "default-src 'self'" in answer.headers["content-security-policy"]
