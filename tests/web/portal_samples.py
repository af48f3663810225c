"""Believable views of what a requester sees, and of the doors."""

from page_samples import ANSWER, FILES, FIRST, FRIDAY, LAST, NOW, PEOPLE, ROSA, TODAY, ZONE, field, message, when

from codex.web.present import words
from codex.web.present.field_views import AnswerView, FieldView
from codex.web.present.portal_views import (
    CategoryGroupView,
    ImpactView,
    MoveView,
    NewRequestView,
    PortalView,
    RequestRowView,
    RequestSectionView,
    RequestsView,
    RequestView,
    StepView,
    WrongView,
)
from codex.web.present.thread import arrange
from codex.web.present.views import (
    DayView,
    ErrorView,
    LinkView,
    MessageView,
    NavItemView,
    OptionView,
    SigninConfirmView,
    SigninView,
)

HELPER = words.person("Amir Haddad", "Amir")

PORTAL = PortalView(
    me=ROSA,
    nav=(NavItemView(label="Your requests", href="/requests", icon="inbox", count=1, is_current=True),),
    new_href="/requests/new",
)


def _row(id: str, subject: str, status: str, say: str, meta: str, turn: str = "") -> RequestRowView:
    return RequestRowView(
        id=id,
        href=f"/requests/{id}",
        subject=subject,
        status=words.status_for_requesters(status),
        say=say,
        meta=meta,
        turn=turn,
    )


REQUESTS = RequestsView(
    sections=(
        RequestSectionView(
            title="Open",
            total=3,
            rows=(
                _row("IT-4799", "Laptop for new starter on 1 December", "WAITING_ON_REQUESTER",
                     "Amir asked which keyboard layout.", "Asked yesterday", "Your turn."),
                _row("IT-4821", "VPN drops every ten minutes since the macOS update", "IN_PROGRESS",
                     "Amir is working on it.", "You replied 4 minutes ago"),
                _row("FAC-311", "Desk lamp on floor 2 hums", "NEW",
                     "We have it. Someone looks at it next.", "Asked on Thu"),
            ),
        ),
        RequestSectionView(
            title="Solved",
            total=11,
            rows=(
                _row("IT-4310", "Adobe fonts not syncing", "RESOLVED",
                     "Solved by Léa on Fri 18 Sep.", "Reopen until 18 December"),
                _row("HR-90", "Parental leave from March", "CLOSED", "Closed on Mon 7 Sep.", "Asked on Wed 2 Sep"),
            ),
        ),
    ),
    next_href="/requests?cursor=abc",
)  # fmt: skip


def _thread() -> tuple[MessageView | DayView, ...]:
    entries = (
        message("1", "requester", ROSA, FRIDAY, FIRST, via="by email", mine=True, files=FILES),
        message("2", "agent", HELPER, FRIDAY, ANSWER),
        message("4", "requester", ROSA, TODAY, LAST, mine=True),
    )
    return tuple(item for item in arrange(entries, now=NOW, zone=ZONE) if isinstance(item, MessageView | DayView))


def _steps(current: int, *, tone: str = "accent") -> tuple[StepView, ...]:
    glyphs = ("s-closed", "s-in-progress", "s-waiting-on-requester", "s-resolved")
    return tuple(
        StepView(
            word=word,
            state="done" if i < current else "current" if i == current else "todo",
            glyph="s-resolved" if i < current else glyphs[i] if i == current else "todo",
            tone="green" if i == 3 else "amber" if i == 2 else "accent",
        )
        for i, word in enumerate(("Received", "In progress", "Your turn", "Solved"))
    )


def request(*, error: str = "") -> RequestView:
    return RequestView(
        id="IT-4821",
        href="/requests/IT-4821",
        subject="VPN drops every ten minutes since the macOS update",
        say="Amir is working on it. You wrote last, at 14:48.",
        status=words.status_for_requesters("IN_PROGRESS"),
        steps=_steps(1),
        thread=_thread(),
        opened=when(FRIDAY),
        team="IT Support",
        helper=HELPER,
        cancel=MoveView(status="CLOSED", label="Cancel this request", icon="x"),
        may_reply=True,
        reply_error=error,
        reply_hint="" if error else "Everyone on this request gets it by email.",
        answers=(
            AnswerView(label="Asset tag", word="LT-0423"),
            AnswerView(label="What you have tried", word="Restarted twice.\nOther cable, other socket.", is_long=True),
        ),
    )


def new_request(*, is_wrong: bool = False) -> NewRequestView:
    categories = (("Hardware", ("Laptops", "Laptops › Repairs", "Printers")), ("Software", ("Licences", "VPN")))
    missing = "Cost centre must be answered." if is_wrong else ""
    questions: tuple[FieldView, ...] = (
        field("Cost centre", "number", is_needed=True, error=missing, hint="Four digits; your lead knows it."),
        field("What you have tried", "lines"),
        field("Sites affected", "choices", "Berlin", "Berlin", "London", "Osaka"),
        field("First day", "day"),
        field("Model", "choice", "", "", "Small", "Large"),
        field("Somebody could get hurt", "check", "true", hint="Then we come at once."),
        field(
            "Approved by", "person", "Nobody Known", error="There is nobody called Nobody Known." if is_wrong else ""
        ),
    )
    wrong = [WrongView(id=one.id, sentence=one.error) for one in questions if one.error]
    if is_wrong:
        wrong.insert(0, WrongView(id="subject", sentence="Say in a few words what it is about."))
    return NewRequestView(
        groups=tuple(
            CategoryGroupView(
                label=root,
                options=tuple(OptionView(value=one, label=one, is_selected=one == "Licences") for one in below),
            )
            for root, below in categories
        ),
        impacts=(
            ImpactView(
                value="P2",
                label="I can’t work",
                hint="Everything has stopped",
                is_selected=False,
                promise="Someone replies by 16:10 today",
                hours="We work Mon–Fri 9–18.",
            ),
            ImpactView(
                value="P3",
                label="It slows me down",
                hint="I can get by for now",
                is_selected=True,
                promise="Someone replies by 11:30 tomorrow",
                hours="We work Mon–Fri 9–18.",
            ),
            ImpactView(value="P4", label="It can wait", hint="No hurry", is_selected=False),
        ),
        fields=questions,
        people=PEOPLE,
        team="IT Support",
        subject="" if is_wrong else "Licence for Figma",
        description="For the Larch project.",
        subject_error="Say in a few words what it is about." if is_wrong else "",
        wrong=tuple(wrong),
    )


def solved_request() -> RequestView:
    return RequestView(
        id="IT-4310",
        href="/requests/IT-4310",
        subject="Adobe fonts not syncing",
        say="Solved by Amir on Fri 20 Nov. You can reopen it until 18 December.",
        status=words.status_for_requesters("RESOLVED"),
        steps=_steps(3),
        thread=_thread(),
        opened=when(FRIDAY),
        question="Is it solved?",
        question_hint="If you say nothing, we close it on Fri 27 Nov.",
        moves=(
            MoveView(status="CLOSED", label="Yes, it’s solved", icon="check", is_primary=True),
            MoveView(status="REOPENED", label="No, not yet", icon="rotate-ccw"),
        ),
        may_reply=True,
        reply_hint="A reply opens this request again.",
        problem="Someone closed this request just now. Reopen it if it is not solved.",
    )


SIGNIN = SigninView()
SIGNIN_WRONG = SigninView(email="rosa", email_error="Write the whole address, like name@acme.example")
SIGNIN_SENT = SigninView(email="rosa@acme.example")
CONFIRM = SigninConfirmView(href="/signin/abc", person=ROSA)
NOT_FOUND = ErrorView(
    status=404,
    sentence="There is no such ticket, or it is not yours to see.",
    action=LinkView(label="Back to the list", href="/queue"),
)
