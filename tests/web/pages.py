"""Every page of the samples, rendered: by name, the path of its file on the test server."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import account_samples as account
import api_docs_samples as docs
import page_samples as desk
import portal_samples as portal
import rule_samples as rules
from jinja2 import Environment

from codex.web.present.desk_views import ComposerView, TargetsView
from codex.web.present.views import ErrorView, LinkView

PAGES: dict[str, tuple[str, Callable[[], dict[str, object]]]] = {
    "queue": ("agent/queue.html", lambda: _desk(desk.queue())),
    "queue-due": ("agent/queue.html", lambda: _desk(desk.queue(by_due=True))),
    "queue-team": ("agent/queue.html", lambda: _desk(desk.TEAM_QUEUE)),
    "queue-empty": ("agent/queue.html", lambda: _desk(desk.EMPTY_QUEUE)),
    "ticket": ("agent/queue.html", lambda: _ticket()),
    "ticket-note-refused": (
        "agent/queue.html",
        lambda: _ticket(
            composer=ComposerView(
                may_reply=True, may_note=True, sends=desk.SENDS, kind="note", body="Fix is live.", error="Not saved."
            ),
            problem="Lena closed this ticket just now.",
        ),
    ),
    "ticket-missing": ("agent/queue.html", lambda: _ticket() | {"ticket": desk.ticket(missing=desk.MISSING)}),
    "ticket-reply-missing": (
        "agent/queue.html",
        lambda: _ticket(
            composer=ComposerView(
                may_reply=True,
                may_note=True,
                sends=desk.SENDS,
                body="All done.",
                missing=desk.MISSING,
                error="Not sent. Cause must be answered. Your text is still here.",
            )
        ),
    ),
    "ticket-late": ("agent/queue.html", lambda: _ticket() | {"details": desk.details(targets=desk.LATE_TARGETS)}),
    "ticket-unpromised": ("agent/queue.html", lambda: _ticket() | {"details": desk.details(targets=TargetsView())}),
    "ticket-read-only": ("agent/queue.html", lambda: _read_only()),
    "why-page": ("agent/why.html", lambda: {"why": desk.why()}),
    "requests": ("portal/requests.html", lambda: {"portal": portal.PORTAL, "requests": portal.REQUESTS}),
    "request": ("portal/request.html", lambda: {"portal": portal.PORTAL, "request": portal.request()}),
    "request-refused": (
        "portal/request.html",
        lambda: {"portal": portal.PORTAL, "request": portal.request(error="Write your reply first")},
    ),
    "request-solved": ("portal/request.html", lambda: {"portal": portal.PORTAL, "request": portal.solved_request()}),
    "request-new": ("portal/new.html", lambda: {"portal": portal.PORTAL, "new": portal.new_request()}),
    "request-new-wrong": (
        "portal/new.html",
        lambda: {"portal": portal.PORTAL, "new": portal.new_request(is_wrong=True)},
    ),
    "signin": ("signin.html", lambda: {"signin": portal.SIGNIN}),
    "signin-wrong": ("signin.html", lambda: {"signin": portal.SIGNIN_WRONG}),
    "signin-sent": ("signin_sent.html", lambda: {"signin": portal.SIGNIN_SENT}),
    "signin-confirm": ("signin_confirm.html", lambda: {"confirm": portal.CONFIRM}),
    "signin-full": ("signin.html", lambda: {"signin": account.SIGNIN_FULL}),
    "signin-code": ("signin_code.html", lambda: {"code": account.CODE}),
    "signin-code-wrong": ("signin_code.html", lambda: {"code": account.CODE_WRONG}),
    "proof": ("proof.html", lambda: {"proof": account.PROOF}),
    "proof-by-link": ("proof.html", lambda: {"proof": account.PROOF_BY_LINK}),
    "account": ("portal/account.html", lambda: _account()),
    "account-before-proof": ("portal/account.html", lambda: _account(fresh=False)),
    "account-refused": ("portal/account.html", lambda: _account(notice=account.WRONG)),
    "account-token": ("portal/account.html", lambda: _account(notice=account.TOKEN)),
    "account-codes": ("portal/account.html", lambda: _account(notice=account.CODES)),
    "account-setup": ("portal/account.html", lambda: _account(setting_up=True)),
    "error": ("error.html", lambda: {"error": portal.NOT_FOUND}),
    "reason": ("reason.html", lambda: {"reason": docs.REASON}),
    "reason-missing": ("reason.html", lambda: {"reason": replace(docs.REASON, error="Write why, in a few words.")}),
    "api-docs": ("api_docs.html", lambda: {"docs": docs.API_DOCS}),
    "ticket-prepared": (
        "agent/queue.html",
        lambda: _ticket(
            composer=ComposerView(
                may_reply=True, may_note=True, sends=desk.SENDS, body="We are on it.", macro=rules.MACRO
            )
        ),
    ),
    "rules": ("agent/rules.html", lambda: {"shell": desk.SHELL, "rules": rules.RULES}),
    "rules-empty": ("agent/rules.html", lambda: {"shell": desk.SHELL, "rules": rules.EMPTY}),
    "rule": ("agent/rule.html", lambda: {"shell": desk.SHELL, "rule": rules.rule()}),
    "rule-answered": ("agent/rule.html", lambda: {"shell": desk.SHELL, "rule": rules.rule(answer=rules.ANSWERED)}),
    "rule-no-ticket": ("agent/rule.html", lambda: {"shell": desk.SHELL, "rule": rules.rule(answer=rules.NO_TICKET)}),
    "rule-rehearsed": ("agent/rule.html", lambda: _rule(rules.rule(rehearsed=rules.REHEARSED))),
    "routing-rule": ("agent/routing_rule.html", lambda: _rule(rules.routing_rule(answer=rules.ANSWERED))),
    "routing-rule-rehearsed": ("agent/routing_rule.html", lambda: _rule(rules.routing_rule(rehearsed=rules.ROUTED))),
    "routing-rule-no-ticket": ("agent/routing_rule.html", lambda: _rule(rules.routing_rule(answer=rules.NO_TICKET))),
    "texts": (
        "agent/texts_page.html",
        lambda: {"shell": desk.SHELL, "texts": rules.TEXTS, "back_href": "/tickets/IT-4821"},
    ),
}
FRAGMENTS: dict[str, tuple[str, Callable[[], dict[str, object]]]] = {
    "pane": (
        "agent/pane.html",
        lambda: pane("IT-4821"),
    ),
    "questions": ("portal/questions.html", lambda: {"new": portal.new_request()}),
    "rehearsed": ("agent/rehearsed.html", lambda: {"rehearsal": rules.ROUTED}),
    "rehearsed-refused": ("agent/rehearsed.html", lambda: {"rehearsal": rules.REFUSED}),
    "rows": ("agent/rows.html", lambda: {"queue": desk.queue()}),
    "texts-menu": ("agent/texts.html", lambda: {"texts": rules.TEXTS}),
    "texts-menu-empty": ("agent/texts.html", lambda: {"texts": ()}),
    "views": ("agent/views.html", lambda: {"group": desk.SHELL.nav[-1]}),
    "why": ("agent/_why.html", lambda: {"why": desk.why()}),
    "wrong": ("agent/wrong.html", lambda: {"error": portal.NOT_FOUND}),
}


def render(environment: Environment, name: str, *, theme: str | None = None, **view: object) -> str:
    """The page of that name; `view` stands in for parts of its sample."""
    template, sample = (PAGES | FRAGMENTS)[name]
    return environment.get_template(template).render(csrf_token="sample-token", theme=theme, **(sample() | view))


def pane(id: str) -> dict[str, object]:
    return {"ticket": desk.ticket(id), "details": desk.details(), "row": desk.row_of(id)}


def _desk(queue: object) -> dict[str, object]:
    return {"shell": desk.SHELL, "queue": queue, "ticket": None, "details": None}


def _rule(rule: object) -> dict[str, object]:
    return {"shell": desk.SHELL, "rule": rule}


def _ticket(*, composer: ComposerView | None = None, problem: str = "") -> dict[str, object]:
    return {
        "shell": desk.SHELL,
        "queue": desk.queue(current="IT-4821"),
        "ticket": desk.ticket(composer=composer, problem=problem),
        "details": desk.details(),
    }


def _account(**more: Any) -> dict[str, object]:
    return {"portal": portal.PORTAL, "account": account.account(**more)}


def _read_only() -> dict[str, object]:
    page = _ticket(composer=ComposerView(may_reply=False, may_note=False))
    return page | {"details": desk.details(may_change=False)}


SERVER_ERROR = ErrorView(
    status=500,
    sentence="Something broke on our side.",
    hint="It is written down and we look at it. Nothing you sent before is lost.",
    action=LinkView(label="Try again", href="/"),
)
