"""What a rule would have done in the last days, in words."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from codex.kernel.criteria.grammar import CUSTOM
from codex.rehearsal.answers import Agreement, Clash, Conflict, Confusion, Match, Rehearsed
from codex.rehearsal.fights import DRAFT
from codex.web.present import action_words, rule_words, words
from codex.web.present.language import gettext as _
from codex.web.present.language import ngettext
from codex.web.present.rule_rehearsal_views import MatchView, RehearsalView, WayView
from codex.web.present.rule_views import SeenView, Words
from codex.web.present.rule_words import Names, say
from codex.web.present.views import LinkView

_MATCHES_SHOWN, _CONFLICTS_SHOWN, _WAYS_SHOWN = 10, 10, 20
_NO_TEAM = "–"


def rehearsal(told: Rehearsed, names: Names, *, is_routing: bool, now: datetime, zone: ZoneInfo) -> RehearsalView:
    """The answer to a rehearsal of a stored rule."""
    matches = told.matches[:_MATCHES_SHOWN]
    confusion = told.confusion if isinstance(told.confusion, Confusion) else None
    with_it = confusion is not None and any(way.today != way.draft for way in confusion.table)
    return RehearsalView(
        count=f"{told.match_count:,}", sentence=_sentence(told, is_routing=is_routing),
        matches=tuple(_match(match, names, now=now, zone=zone) for match in matches),
        caption=_caption(len(matches), told.match_count),
        does=tuple(_does(told)),
        conflicts=tuple(
            _conflict(one, names, is_routing=is_routing) for one in told.conflicts[:_CONFLICTS_SHOWN]
        ),
        agreement=_agreement(confusion, with_it=with_it) if confusion else (),
        ways=tuple(_way(way, confusion.teams) for way in confusion.table[:_WAYS_SHOWN]) if confusion else (),
        with_it=with_it,
    )  # fmt: skip


def named_in(told: Rehearsed) -> list[object]:
    """Where the ids stand that names are looked up for."""
    seen = [[finding.field, finding.value, str(finding.seen)] for m in told.matches[:_MATCHES_SHOWN]
            for finding in m.conditions]  # fmt: skip
    return [*seen, *([one.sets, str(one.draft), str(one.other)] for one in told.conflicts[:_CONFLICTS_SHOWN])]


def seen(field: str, operator: str, value: object, found: object, names: Names, *, holds: bool) -> SeenView:
    """A condition with what it saw."""
    return SeenView(
        words=rule_words.leaf(field, operator, value, names), seen=rule_words.shown(field, found, names), holds=holds
    )


def says(keywords: str, subject: str, *, holds: bool) -> SeenView:
    """What a routing rule's keywords, or the one that is there, found in a ticket."""
    return SeenView(words=say(_("Says {words}"), words=keywords), seen=subject, holds=holds)


def _sentence(told: Rehearsed, *, is_routing: bool) -> str:
    count, tickets, events = told.match_count, told.ticket_count, told.events_examined
    looked = f"{events:,}"
    if is_routing:
        return ngettext(
            "new ticket it would have taken, of {looked} that came in",
            "new tickets it would have taken, of {looked} that came in", count,
        ).format(looked=looked)  # fmt: skip
    parts = (
        ngettext("time it would have run", "times it would have run", count),
        ngettext("on one ticket", "on {tickets} tickets", tickets).format(tickets=f"{tickets:,}"),
        ngettext("one event was looked at", "{looked} events were looked at", events).format(looked=looked),
    )
    return _("{runs}, {on}; {looked}").format(runs=parts[0], on=parts[1], looked=parts[2])


def _caption(shown: int, count: int) -> str:
    if shown == count:
        return _("When, and why")
    return _("The first {shown} of {all}").format(shown=shown, all=f"{count:,}")


def _match(match: Match, names: Names, *, now: datetime, zone: ZoneInfo) -> MatchView:
    keyword = match.keyword if isinstance(match.keyword, str) else None
    conditions = [seen(f.field, f.operator, f.value, f.seen, names, holds=f.holds) for f in match.conditions]
    if keyword is not None:
        conditions.insert(0, SeenView(words=say(_("Says {words}"), words=keyword), seen="", holds=True))
    return MatchView(
        ticket=LinkView(label=match.display_id, href=f"/tickets/{match.display_id}"),
        at=words.when(match.at, now=now, zone=zone), conditions=tuple(conditions),
    )  # fmt: skip


def _does(told: Rehearsed) -> list[str]:
    found = [
        _("{action}: {times}").format(action=action_words.type_word(kind), times=_times(count))
        for kind, count in told.actions.items()
    ]
    if told.mails_out:
        found.append(_("Mails that would have gone out: {count}").format(count=f"{told.mails_out:,}"))
    return found


def _conflict(one: Conflict, names: Names, *, is_routing: bool) -> Words:
    pattern = _routed(one) if is_routing else _fought(one)
    return say(
        pattern, plain=("what", "times", "count", "ticket"), rule=one.rule.name, what=_what(one.sets, names),
        draft=_value(one.sets, one.draft, names), other=_value(one.sets, one.other, names),
        count=f"{one.count:,}", times=_times(one.count), ticket=one.display_id,
    )  # fmt: skip


def _routed(one: Conflict) -> str:
    found = _("{rule} takes {count} of the same tickets for {other}; the first is {ticket}. ")
    if one.wins == DRAFT:
        return found + _("This rule is asked first, and would have them.")
    return found + _("It is asked first, and has them.")


def _fought(one: Conflict) -> str:
    stays = _("This rule has the last word.") if one.wins == DRAFT else _("The other rule has the last word.")
    patterns = {
        Clash.SAME_EVENT: _("{rule} sets {what} to {other} where this rule sets it to {draft}: {times}, first "
                            "on {ticket}. "),
        Clash.UNDONE: _("What this rule does wakes {rule}, which sets {what} to {other} and not {draft}: {times}, "
                        "first on {ticket}. "),
        Clash.UNDOES: _("{rule} sets {what} to {other}, which wakes this rule to set it to {draft}: {times}, "
                        "first on {ticket}. "),
    }  # fmt: skip
    return patterns[one.kind] + stays


def _what(name: str, names: Names) -> str:
    kind, _colon, rest = name.partition(":")
    if kind == "tag":
        return _("the tag {tag}").format(tag=rest)
    if kind in ("follower", "access"):
        called = names.get(rest, rest)
        return _("that {who} follows").format(who=called) if kind == "follower" else called
    field = rule_words.field_word(name, names)
    return field if name.startswith(CUSTOM) else field.lower()


def _value(name: str, value: object, names: Names) -> str:
    return rule_words.shown(name, value, names)


def _times(count: int) -> str:
    return ngettext("once", "{count} times", count).format(count=f"{count:,}")


def _agreement(confusion: Confusion, *, with_it: bool) -> tuple[str, ...]:
    if not confusion.solved:
        return (_("None of these tickets is solved yet."),)
    today = _share(confusion.today_agrees, confusion.solved)
    pattern = _("Of {solved} that are solved, today’s rules send {share} to the team that solved them.")
    found = [pattern.format(solved=f"{confusion.solved:,}", share=today)]
    if with_it:
        share = _share(confusion.draft_agrees, confusion.solved)
        found.append(_("With this rule among them it would be {share}.").format(share=share))
    return tuple(found)


def _share(count: int, of: int) -> str:
    return f"{count:,} ({100 * count / of:.0f}\u00a0%)"


def _way(way: Agreement, teams: Mapping[str, str]) -> WayView:
    def team(key: str | None) -> str:
        return teams.get(key, _NO_TEAM) if key else _("Triage queue")

    return WayView(
        today=team(way.today), with_it=team(way.draft), solved_by=team(way.solved_by), tickets=f"{way.tickets:,}",
        agrees=way.draft == way.solved_by,
    )  # fmt: skip
