"""Every fact of a ticket is told in a sentence."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from codex.kernel.actor import ActorKind
from codex.kernel.ids import new_id
from codex.reactions import REACTIONS
from codex.tickets.facts import TicketFact
from codex.tickets.rows import EventActor
from codex.tickets.thread import Happened
from codex.web.present.sentences import SENTENCES, named_in, sentence

AMIR, LENA, TEAM, VPN = (str(UUID(int=n)) for n in range(1, 5))
NAMES = {AMIR: "Amir Haddad", LENA: "Lena Brandt", TEAM: "IT Support", VPN: "Network › VPN"}


def event(type: str, *, kind: ActorKind = ActorKind.PERSON, name: str = "Lena Brandt", **payload: Any) -> Happened:
    actor = EventActor(kind, UUID(LENA) if kind is ActorKind.PERSON else None, name)
    payload = {key.rstrip("_"): value for key, value in payload.items()}
    return Happened(id=new_id(), at=datetime(2026, 3, 2, tzinfo=UTC), type=type, payload=payload, actor=actor)


def words(happened: Happened) -> str:
    return "".join(f"*{part.text}*" if part.is_bold else part.text for part in sentence(happened, NAMES)[1])


def _types(kind: type[TicketFact]) -> Iterator[str]:
    """Of all facts about tickets, whichever package has them."""
    for sub in kind.__subclasses__():
        if "type" in vars(sub) and sub.__module__.startswith("codex."):
            yield sub.type
        yield from _types(sub)


def test_every_fact_has_a_sentence() -> None:
    assert REACTIONS, "all that happens has been imported"
    assert set(SENTENCES) == set(_types(TicketFact))


@pytest.mark.parametrize(
    ("happened", "told"),
    [
        (event("TICKET_CREATED", requesterId=LENA, channel="EMAIL"), "*Lena Brandt* opened it by email"),
        (event("TICKET_CREATED", requesterId=AMIR, channel="PORTAL"), "*Lena Brandt* opened it for *Amir Haddad*"),
        (event("STATUS_CHANGED", from_="NEW", to="TRIAGED"), "*Lena Brandt* set status to *Triaged*"),
        (event("STATUS_CHANGED", from_="NEW", to="RESOLVED"), "*Lena Brandt* resolved it"),
        (event("STATUS_CHANGED", from_="NEW", to="CLOSED"), "*Lena Brandt* closed it"),
        (event("STATUS_CHANGED", from_="CLOSED", to="REOPENED"), "*Lena Brandt* reopened it"),
        (event("ASSIGNED", from_=None, to=AMIR), "*Lena Brandt* assigned it to *Amir Haddad*"),
        (event("ASSIGNED", from_=AMIR, to=LENA), "*Lena Brandt* took it"),
        (event("ASSIGNED", from_=AMIR, to=None), "*Lena Brandt* took it away from *Amir Haddad*"),
        (event("TEAM_CHANGED", from_=None, to=TEAM), "*Lena Brandt* moved it to *IT Support*"),
        (event("TEAM_CHANGED", from_=TEAM, to=None), "*Lena Brandt* took it away from *IT Support*"),
        (event("PRIORITY_CHANGED", from_="P3", to="P1"), "*Lena Brandt* set priority to *Urgent*"),
        (event("CATEGORY_CHANGED", from_=None, to=VPN), "*Lena Brandt* changed category to *Network › VPN*"),
        (event("CATEGORY_CHANGED", from_=VPN, to=None), "*Lena Brandt* removed the category"),
        (event("SUBJECT_CHANGED", from_="{who}", to="b"), "*Lena Brandt* changed the subject, which was *{who}*"),
        (event("DESCRIPTION_CHANGED", from_="a", to="b"), "*Lena Brandt* edited the description"),
        (event("MESSAGE_ADDED", type_="INTERNAL"), "*Lena Brandt* wrote an internal note"),
        (event("MESSAGE_ADDED", type_="PUBLIC"), "*Lena Brandt* wrote a message"),
        (event("REQUESTER_CHANGED", from_=LENA, to=AMIR), "*Lena Brandt* made *Amir Haddad* the requester"),
        (event("CUSTOM_FIELD_CHANGED", name_="Floor", from_=1, to=None), "*Lena Brandt* cleared *Floor*"),
        (event("CUSTOM_FIELD_CHANGED", name_="Keys", from_=None, to=["a", "b"]), "*Lena Brandt* set *Keys* to *a, b*"),
        (event("CUSTOM_FIELD_CHANGED", name_="Paid", from_=None, to=True), "*Lena Brandt* set *Paid* to *yes*"),
        (
            event("CUSTOM_FIELD_CHANGED", name_="Buyer", from_=None, to=AMIR),
            "*Lena Brandt* set *Buyer* to *Amir Haddad*",
        ),
        (event("MESSAGE_EDITED", messageId=VPN), "*Lena Brandt* edited an internal note"),
        (event("MESSAGE_REDACTED", messageId=VPN), "*Lena Brandt* removed the words of a message"),
        (event("FOLLOWER_ADDED", userId=LENA), "*Lena Brandt* follows it"),
        (event("FOLLOWER_ADDED", userId=AMIR), "*Lena Brandt* added *Amir Haddad* as a follower"),
        (event("FOLLOWER_REMOVED", userId=LENA), "*Lena Brandt* follows it no more"),
        (event("FOLLOWER_REMOVED", userId=AMIR), "*Lena Brandt* removed *Amir Haddad* from the followers"),
        (event("ACCESS_GRANTED", teamId=TEAM, accessLevel="READ"), "*Lena Brandt* lets *IT Support* see it"),
        (event("ACCESS_GRANTED", teamId=TEAM, accessLevel="WRITE"), "*Lena Brandt* lets *IT Support* work on it"),
        (event("ACCESS_REVOKED", teamId=TEAM), "*Lena Brandt* took *IT Support*'s access away"),
        (event("TAG_ADDED", tag="vpn"), "*Lena Brandt* added the tag *vpn*"),
        (event("TAG_REMOVED", tag="vpn"), "*Lena Brandt* removed the tag *vpn*"),
        (
            event("FOLLOW_UP_CHANGED", from_=None, to="2026-03-02T09:00:00Z"),
            "*Lena Brandt* put it off until *2026-03-02*",
        ),
        (event("FOLLOW_UP_CHANGED", from_="2026-03-02T09:00:00Z", to=None), "*Lena Brandt* ended its rest"),
        (event("LINKED", ticketId=TEAM), "*Lena Brandt* linked it to *IT Support*"),
        (event("UNLINKED", ticketId=str(UUID(int=9))), "*Lena Brandt* removed the link to *another ticket*"),
        (event("MERGED", from_=None, to=TEAM), "*Lena Brandt* merged it into *IT Support*"),
        (event("UNMERGED", from_=TEAM, to=None), "*Lena Brandt* undid the merge into *IT Support*"),
        (event("ABSORBED", ticketId=TEAM), "*Lena Brandt* merged *IT Support* into it"),
        (event("RELEASED", ticketId=TEAM), "*Lena Brandt* split *IT Support* off again"),
        (event("DELETED", from_=None, to="2026-03-02T09:00:00Z"), "*Lena Brandt* deleted it"),
        (event("RESTORED", from_="2026-03-02T09:00:00Z", to=None), "*Lena Brandt* restored it"),
        (event("ROUTED", teamId=TEAM, rule="Networks"), "The rule *Networks* sent it to *IT Support*"),
        (event("ROUTED", teamId=TEAM, rule=None), "Its category sent it to *IT Support*"),
        (event("ROUTED", teamId=None, rule=None), "No rule matched: it waits in the triage queue"),
        (event("SLA_STARTED", terms={"policy": "Standard"}), "The targets of *Standard* apply"),
        (event("SLA_RETARGETED", terms={"policy": "Strict"}, cause="TEAM"), "The targets of *Strict* apply now"),
        (event("SLA_RETARGETED", terms=None, cause="TEAM"), "No policy applies any more"),
        (event("SLA_PAUSED", clock="RESOLUTION"), "*Resolution* is paused"),
        (event("SLA_RESUMED", clock="RESOLUTION", dueAt=None), "*Resolution* runs again"),
        (event("SLA_AT_RISK", clock="FIRST_RESPONSE"), "*First reply* is at risk"),
        (event("SLA_BREACHED", clock="FIRST_RESPONSE"), "*First reply* is overdue"),
        (event("SLA_MET", clock="FIRST_RESPONSE"), "*First reply* was in time"),
        (event("SLA_CANCELLED", clock="RESOLUTION"), "*Resolution* counts no more"),
        (event("MOON_LANDED", kind=ActorKind.SYSTEM, name="Codex"), "*Codex*: moon landed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_sentence(happened: Happened, told: str) -> None:
    assert words(happened) == told


def test_a_name_that_is_not_known_is_somebody() -> None:
    assert words(event("ASSIGNED", from_=None, to=str(UUID(int=9)))) == "*Lena Brandt* assigned it to *somebody*"


def test_a_rule_has_its_own_sign() -> None:
    assert sentence(event("PRIORITY_CHANGED", kind=ActorKind.RULE, to="P1"), NAMES)[0] == "workflow"


def test_the_names_that_a_sentence_needs_are_asked_for() -> None:
    assert set(named_in(event("ASSIGNED", from_=AMIR, to=None))) == {UUID(AMIR)}
    assert set(named_in(event("TICKET_CREATED", requesterId=LENA))) == {UUID(LENA)}
    assert set(named_in(event("STATUS_CHANGED", from_="NEW", to="CLOSED"))) == set()
