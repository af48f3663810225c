"""Believable views for every template: a Monday afternoon at the IT desk of Acme."""

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from markupsafe import Markup

from codex.web.present import words
from codex.web.present.desk_views import (
    ClockStoryView,
    ComposerView,
    DetailsView,
    EarlierView,
    EmptyView,
    FactView,
    GroupView,
    NavGroupView,
    PropertyView,
    QueueView,
    RowView,
    SendView,
    ShellView,
    SpanView,
    TargetsView,
    TargetView,
    TicketView,
    WhyView,
)
from codex.web.present.field_views import Control, FieldView, MissingView
from codex.web.present.thread import Entry, arrange
from codex.web.present.views import (
    EventLineView,
    FileView,
    LinkView,
    MessageView,
    NavItemView,
    OptionView,
    PersonView,
    SlaView,
    TextPart,
    TimeView,
    Tone,
)

ZONE = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 11, 23, 14, 52, tzinfo=ZONE)


def person(name: str) -> PersonView:
    return words.person(name, name, email=f"{name.split()[0].lower()}@acme.example")


ROSA, AMIR, LENA = person("Rosa Lindqvist"), person("Amir Haddad"), person("Lena Brandt")
OMAR, KEN, LEA = person("Omar Farouk"), person("Ken Ishikawa"), person("Léa Fontaine")
SAM, IDA, PRIYA = person("Sam Whitfield"), person("Ida Bergström"), person("Priya Nair")
JONAS, NOOR = person("Jonas Keller"), person("Noor de Vries")


def before(**ago: float) -> datetime:
    return NOW - timedelta(**ago)


def when(at: datetime) -> TimeView:
    return words.when(at, now=NOW, zone=ZONE)


def ago(at: datetime) -> TimeView:
    return words.ago(at, now=NOW, zone=ZONE)


FRIDAY = datetime(2026, 11, 20, 9, 12, tzinfo=ZONE)

SHELL = ShellView(
    me=AMIR,
    nav=(
        NavGroupView(
            items=(
                NavItemView(
                    label="My tickets", href="/queue?view=mine", icon="inbox", count=8, is_current=True, key="g m"
                ),
                NavItemView(label="Unassigned", href="/queue?view=unassigned", icon="user-plus", count=14, key="g u"),
                NavItemView(label="Following", href="/queue?view=following", icon="eye", count=0),
            )
        ),
        NavGroupView(
            title="IT Support",
            items=(
                NavItemView(label="All open", href="/queue?view=team:it", icon="layers", count=41),
                NavItemView(label="Waiting", href="/queue?view=team:it&status=waiting", icon="hourglass", count=12),
                NavItemView(label="Resolved this week", href="/queue?view=team:it&status=done", icon="check", count=67),
            ),
        ),
        NavGroupView(
            title="Facilities",
            items=(NavItemView(label="All open", href="/queue?view=team:facilities", icon="layers", count=19),),
        ),
        NavGroupView(
            title="Saved views",
            items=(NavItemView(label="VPN", href="/queue?view=saved:1", icon="tag", count=999, hue=3, is_more=True),),
            counts_href="/queue/views?view=mine",
        ),
    ),
)

_ROWS: tuple[tuple[str, str, PersonView, str, str, datetime, str, bool], ...] = (
    ("IT-4790", "Badge reader at Warehouse 2 rejects every card",
     OMAR, "IN_PROGRESS", "P1", before(minutes=9), "Access", True),
    ("IT-4821", "VPN drops every ten minutes since the macOS update",
     ROSA, "REOPENED", "P2", before(minutes=4), "VPN", False),
    ("IT-4833", "Need access to the Lisbon finance workspace before month end",
     KEN, "NEW", "P3", before(minutes=18), "Access", True),
    ("IT-4812", "Second monitor flickers through the dock",
     LEA, "ASSIGNED", "P3", before(hours=1), "Hardware", False),
    ("IT-4807", "Shared mailbox press@ missing after migration",
     SAM, "TRIAGED", "P2", before(hours=2), "Email", True),
    ("IT-4799", "Laptop for new starter on 1 December",
     IDA, "WAITING_ON_REQUESTER", "P3", before(days=1), "Onboarding", False),
    ("IT-4785", "Figma licence for two contractors",
     PRIYA, "WAITING_ON_VENDOR", "P4", before(days=4), "Licences", False),
    ("IT-4771", "Printer on floor 3 prints blank pages",
     JONAS, "RESOLVED", "P3", before(days=5), "Hardware", False),
    ("IT-4702", "Old guest Wi-Fi network still visible in the annex",
     NOOR, "CLOSED", "P4", before(days=11), "Network", False),
)  # fmt: skip


SLAS = (
    SlaView(state="overdue", what="Resolve", text="26m", left=0),
    SlaView(state="at-risk", what="Resolve", text="48m", left=20),
    SlaView(state="at-risk", what="Reply", text="12m", left=15),
    SlaView(state="on-track", what="Resolve", text="3h 05m", left=80),
    SlaView(state="on-track", what="Resolve", text="4h", left=90),
    SlaView(state="paused", what="", text="", left=0),
    SlaView(state="paused", what="", text="", left=0),
    SlaView(state="missed", what="", text="", left=0),
    SlaView(state="met", what="", text="", left=0),
)
GROUPS = {
    0: GroupView(label="Overdue", icon="circle-alert", tone="red", count=1),
    1: GroupView(label="Due today", icon="clock", tone="amber", count=4),
    5: GroupView(label="Later", icon="hourglass", tone="quiet"),
}


def row(
    index: int, *, current: str = "", assignee: PersonView | None = None, group: GroupView | None = None
) -> RowView:
    id, subject, requester, status, priority, at, category, unread = _ROWS[index]
    return RowView(
        id=id,
        href=f"/tickets/{id}?view=mine",
        subject=subject,
        requester=requester,
        status=words.status_for_agents(status),
        priority=words.priority(priority),
        at=ago(at),
        category=category,
        assignee=assignee if status not in {"NEW", "TRIAGED"} else None,
        is_unread=unread,
        is_current=id == current,
        sla=SLAS[index],
        group=group,
    )


def queue(*, current: str = "", by_due: bool = False) -> QueueView:
    groups = GROUPS if by_due else {}
    return QueueView(
        title="My tickets",
        total=999,
        is_more=True,
        rows=tuple(row(i, current=current, group=groups.get(i)) for i in range(len(_ROWS))),
        sort=LinkView(label="Due first", href="/queue?view=mine", is_current=by_due),
        filters=(
            LinkView(label="Open", href="/queue?view=mine", is_current=True),
            LinkView(label="Waiting", href="/queue?view=mine&status=waiting"),
            LinkView(label="Done", href="/queue?view=mine&status=done"),
        ),
        next_href="/queue?view=mine&cursor=abc",
        empty=EmptyView(sentence="Nothing waiting for you."),
    )


TEAM_QUEUE = QueueView(
    title="IT Support, all open",
    total=None,
    rows=tuple(row(i, assignee=LENA if i % 2 else AMIR) for i in range(5)),
    empty=EmptyView(sentence="Nothing open."),
    first_href="/queue?view=team:it",
)

EMPTY_QUEUE = QueueView(
    title="My tickets",
    total=0,
    rows=(),
    first_href="/queue?view=mine",
    empty=EmptyView(
        sentence="Nothing waiting for you.", action=LinkView(label="See unassigned (14)", href="/queue?view=unassigned")
    ),
)


def message(
    id: str,
    kind: Literal["requester", "agent", "note"],
    author: PersonView,
    at: datetime,
    html: str,
    *,
    via: str = "",
    mine: bool = False,
    files: tuple[FileView, ...] = (),
) -> Entry:
    text = Markup(html)
    return at, MessageView(id=id, kind=kind, author=author, html=text, at=when(at), via=via, is_mine=mine, files=files)


def event(icon: str, at: datetime, *parts: str) -> Entry:
    """Parts that begin with * are bold."""
    pieces = tuple(TextPart(text=part.lstrip("*"), is_bold=part.startswith("*")) for part in parts)
    return at, EventLineView(icon=icon, parts=pieces, at=when(at))


FIRST = (
    "<p>Hi, since I installed the macOS update yesterday my VPN disconnects about every ten minutes. I get “Connection "
    "lost: peer not responding”. It happens at home and on the office Wi-Fi.</p>"
    "<p>I’m presenting from the shared drive on Monday so I’m a bit nervous.</p>"
)
ANSWER = (
    "<p>Thanks Rosa, the log helps. You’re not alone: 26.2 changed how idle tunnels are kept alive. Could you switch "
    "<strong>Settings → VPN → Keep alive</strong> to <strong>20 s</strong> and tell me if it survives "
    "a coffee break?</p>"
)
FILES = (
    FileView(name="vpn-error.png", size="214 kB", icon="image", href="/attachments/1"),
    FileView(name="openvpn.log", size="38 kB", icon="file-text", state="being checked"),
)
LAST = "<p>With 20 s it held for an hour, then dropped once. Much better, but can I trust it for Monday?</p>"
TODAY = datetime(2026, 11, 23, 13, 58, tzinfo=ZONE)

ENTRIES: tuple[Entry, ...] = (
    message("1", "requester", ROSA, FRIDAY, FIRST, via="via email", files=FILES),
    event("workflow", FRIDAY, "Rule ", "*Network → IT Support", " set team and priority ", "*High"),
    event("user-check", FRIDAY + timedelta(minutes=3), "*Lena Brandt", " assigned it to ", "*Amir Haddad"),
    message("2", "agent", AMIR, FRIDAY + timedelta(minutes=18), ANSWER),
    event("flag", FRIDAY + timedelta(minutes=18), "*Amir Haddad", " set status to ", "*Waiting on requester"),
    event("tag", FRIDAY + timedelta(minutes=21), "*Amir Haddad", " added tag ", "*macos-26"),
    event("layers", FRIDAY + timedelta(minutes=22), "*Amir Haddad", " changed category to ", "*Network › VPN"),
    message(
        "3", "note", LENA, TODAY,
        "<p>Same signature as six others. Gateway <code>eu-north-2</code> drops peers after 600 s idle on 26.2. "
        "Rolling <code>keepalive=20</code> out at 15:00. Amir, can you close the loop with requesters after that?</p>",
    ),
    event("rotate-ccw", TODAY + timedelta(minutes=3), "*Rosa Lindqvist", " reopened it"),
    message("4", "requester", ROSA, TODAY + timedelta(minutes=50), LAST, via="via portal"),
)  # fmt: skip

SENDS = (
    SendView(label="Send", status=words.status_for_agents("WAITING_ON_REQUESTER")),
    SendView(label="Send, leave the status as it is"),
    SendView(label="Send and resolve", status=words.status_for_agents("RESOLVED")),
    SendView(label="Send and wait on vendor", status=words.status_for_agents("WAITING_ON_VENDOR")),
)


def row_of(id: str) -> RowView:
    return row([known[0] for known in _ROWS].index(id), current=id)


def ticket(
    id: str = "IT-4821",
    *,
    composer: ComposerView | None = None,
    problem: str = "",
    missing: MissingView | None = None,
) -> TicketView:
    return TicketView(
        id=id,
        href=f"/tickets/{id}",
        query="?view=mine",
        back_href="/queue?view=mine",
        subject=row_of(id).subject,
        requester=ROSA,
        opened=when(FRIDAY),
        channel=words.channel("EMAIL"),
        category="Network › VPN",
        status=words.status_for_agents("REOPENED"),
        thread=arrange(ENTRIES, now=NOW, zone=ZONE),
        composer=composer or ComposerView(may_reply=True, may_note=True, sends=SENDS),
        may_resolve=True,
        may_take=True,
        take_value="amir",
        previous_href="/tickets/IT-4790?view=mine",
        next_href="/tickets/IT-4833?view=mine",
        problem=problem,
        missing=missing,
    )


def field(
    name: str,
    control: Control = "line",
    value: str = "",
    *options: str,
    word: str = "",
    hint: str = "",
    error: str = "",
    may_change: bool = True,
    is_needed: bool = False,
    prefix: str = "field",
) -> FieldView:
    """A custom field with the answer `value`, of several the options that are in it."""
    key = name.lower().replace(" ", "-")
    held = value.split(", ")
    offered = tuple(OptionView(value=option, label=option or "–", is_selected=option in held) for option in options)
    return FieldView(
        id=f"{prefix}-{key}", name=f"field-{key}", label=name, control=control, value=value, word=word or value,
        options=offered, hint=hint, error=error, may_change=may_change, is_needed=is_needed,
        href=f"/tickets/IT-4821/fields/{key}",
    )  # fmt: skip


CAUSES = ("", "Hardware fault", "Configuration", "Provider")
MISSING = MissingView(
    status="RESOLVED",
    label="Save and resolve",
    fields=(field("Cause", "choice", "", *CAUSES, error="Cause must be answered.", hint="What it was in the end.",
                  prefix="missing"),),
)  # fmt: skip
PEOPLE = ("Amir Haddad", "Lena Brandt", "Rosa Lindqvist")


def fields(*, may_change: bool = True) -> tuple[FieldView, ...]:
    """One of each type, one of them refused, one that is no longer asked."""
    text = "Restarted twice.\nOther cable, other socket."
    return (
        field("Asset tag", value="LT-0423", hint="On the label underneath.", may_change=may_change),
        field("What you have tried", "lines", text, may_change=may_change),
        field("Cost centre", "number", "four", error="This must be a number.", may_change=may_change),
        field("Cause", "choice", "Provider", *CAUSES, may_change=may_change, is_needed=True),
        field("Sites affected", "choices", "Berlin, Osaka", "Berlin", "London", "Osaka", may_change=may_change),
        field("First or last day", "day", "2026-12-01", word="Tue 1 Dec 2026", may_change=may_change),
        field("Somebody could get hurt", "choice", "No", "", "Yes", "No", may_change=may_change),
        field("Approved by", "person", "Lena Brandt", may_change=may_change),
        field("Fax number", value="", may_change=False),
    )


def _options(selected: str, *labels: str) -> tuple[OptionView, ...]:
    return tuple(OptionView(value=label.lower(), label=label, is_selected=label == selected) for label in labels)


def earlier(id: str, subject: str, status: str, days: int) -> EarlierView:
    at = words.dated(before(days=days), now=NOW, zone=ZONE)
    return EarlierView(href=f"/tickets/{id}", subject=subject, status=words.status_for_agents(status), at=at)


TARGETS = TargetsView(
    targets=(
        TargetView(label="First reply", state="met", word="Met", line="in 18m, target 1h", glyph="s-resolved",
                   tone="green", left=0),
        TargetView(label="Resolution", state="at-risk", word="48m left", line="Due today 15:40 · Mon–Fri 9–18",
                   glyph="", tone="amber", left=20),
    ),
    why_href="/tickets/IT-4821/why",
)  # fmt: skip
LATE_TARGETS = TargetsView(
    targets=(
        TargetView(label="First reply", state="overdue", word="26m over", glyph="k-over", tone="red", left=0,
                   line="Was due yesterday 15:40 · Mon–Thu 8:30–17:30, Fri 8:30–13 Berlin time"),
        TargetView(label="Resolution", state="paused", word="Paused", line="3h 05m left of 8h",
                   glyph="s-waiting-on-requester", tone="quiet", left=40),
    ),
    why_href="/tickets/IT-4821/why",
)  # fmt: skip


def why(id: str = "IT-4821") -> WhyView:
    policy = (
        "Stricter, version 2, promises 8 h for P2, because The policy of IT Support, Stricter (version 2), "
        "has a target for P2. Counted in the opening hours of the desk."
    )
    spans = (
        SpanView(kind="RUNNING", when="Fri 2026-11-20 09:12 CET to 17:30 CET", why="The ticket was received.",
                 does="Running, 8 h 18 min counted."),
        SpanView(kind="CLOSED", when="Fri 2026-11-20 17:30 CET to Mon 2026-11-23 08:30 CET",
                 does="Closed, 0 s counted.", why="It is outside opening hours."),
        SpanView(kind="PAUSED", when="Mon 2026-11-23 08:30 CET to 09:30 CET",
                 why="The ticket became waiting on requester.", does="Paused, 1 h of open time not counted."),
        SpanView(kind="STOPPED", when="Mon 2026-11-23 09:30 CET to 10:00 CET", why="The ticket became resolved.",
                 does="Stopped, 30 min of open time not counted."),
        SpanView(kind="CANCELLED", when="Mon 2026-11-23 10:00 CET to 14:52 CET", why="The ticket was deleted.",
                 does="Cancelled, 4 h 52 min of open time not counted."),
    )  # fmt: skip
    stories = tuple(
        ClockStoryView(label=label, policy=policy, spans=spans,
                       outcome="Due Mon 2026-11-23 15:40 CET, because 8 h are used up then.")
        for label in ("First reply", "Resolution")
    )  # fmt: skip
    return WhyView(id=id, stories=stories, back_href=f"/tickets/{id}?view=mine")


def details(*, may_change: bool = True, targets: TargetsView = TARGETS) -> DetailsView:
    def prop(noun: str, word: str, *others: str, icon: str = "", tone: Tone = "quiet",
             person: PersonView | None = None) -> PropertyView:  # fmt: skip
        options = _options(word, word, *others)
        return PropertyView(noun=noun, label=noun.capitalize(), word=word, options=options, may_change=may_change,
                            icon=icon, tone=tone, person=person)  # fmt: skip

    statuses = ("Reopened", "In progress", "Waiting on requester", "Resolved", "Closed")
    return DetailsView(
        targets=targets,
        properties=(
            prop("status", *statuses, icon="s-reopened", tone="accent"),
            prop("assignee", "Lena Brandt", "Nobody", "Amir Haddad (you)", person=LENA),
            PropertyView(noun="team", label="Team", word="IT Support", icon="headset"),
            prop("priority", "High", "Urgent", "Normal", "Low", icon="p-high", tone="plain"),
            prop("category", "Network › VPN", "Network › Wi-Fi", "Hardware", icon="tag"),
        ),
        fields=fields(may_change=may_change),
        people=PEOPLE,
        requester=ROSA,
        role="Senior Designer · Brand",
        facts=(
            FactView(icon="map-pin", text="Stockholm · 14:52 local time"),
            FactView(icon="building-2", text="Brand"),
        ),
        earlier=(
            earlier("IT-4310", "Adobe fonts not syncing", "CLOSED", 66),
            earlier("IT-3988", "Replace a cracked charger", "RESOLVED", 450),
        ),
    )
