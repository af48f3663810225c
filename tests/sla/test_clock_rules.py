"""The rules of the clocks one by one, beyond the worked examples."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from simulations import A, B

from codex.kernel import clock as instants
from codex.sla.calendar import Calendar
from codex.sla.calendar_reading import read
from codex.sla.clock import begin, fold, step
from codex.sla.clock_announcing import due_announcements, next_due_at
from codex.sla.clock_occurrences import (
    Cancelled,
    Created,
    MessageSent,
    Occurrence,
    RetargetCause,
    Retargeted,
    Revived,
    StatusMoved,
)
from codex.sla.clock_state import CancelCause, ClockKind, ClockState, ReopenMode, Source, Terms, packed, unpacked
from codex.sla.clock_verdicts import State, Verdict, seen_at

HOUR = timedelta(hours=1)
FR, RES = ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION
P1 = Terms(calendar=read(A), first_response=HOUR, resolution=4 * HOUR, priority="P1")
P2 = replace(P1, first_response=4 * HOUR, resolution=8 * HOUR, priority="P2")
P3 = replace(P1, first_response=8 * HOUR, resolution=24 * HOUR, priority="P3")


def at(local: str) -> datetime:
    """In the week of Monday 2026-03-02 in Berlin: `Mon 09:00`."""
    day, clock = local.split()
    return instants.parse(f"2026-03-{2 + ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'].index(day):02}T{clock}+01:00")


def created(when: str = "Mon 09:00", terms: Terms | None = P2, *, answered: bool = False) -> Created:
    return Created(at=at(when), terms=terms, answered=answered)


def moved(when: str, to: str) -> StatusMoved:
    return StatusMoved(at=at(when), to=to)


def retargeted(when: str, terms: Terms | None, cause: RetargetCause = "PRIORITY") -> Retargeted:
    return Retargeted(at=at(when), terms=terms, cause=cause)


def answered(when: str) -> MessageSent:
    return MessageSent(at=at(when), by="agent", visibility="PUBLIC")


def lived(*occurrences: Occurrence) -> ClockState:
    state = fold(occurrences)
    assert state is not None
    return state


def seen(state: ClockState, kind: ClockKind, when: str) -> Verdict:
    found = seen_at(state, at(when))[kind]
    assert found is not None
    return found


def told(state: ClockState, when: str) -> list[tuple[str, str, datetime]]:
    return [(one.clock.value, one.kind, one.at) for one in due_announcements(state, at(when))]


def after_telling(state: ClockState, when: str) -> ClockState:
    for one in due_announcements(state, at(when)):
        state = step(state, one.made(at(when)))
    return state


def test_a_due_time_that_is_now_is_not_missed_yet() -> None:
    state = lived(created())

    assert seen(state, FR, "Mon 13:00").state is State.RUNNING
    assert seen(state, FR, "Mon 13:00:00.000001").state is State.BREACHED
    assert seen(step(state, answered("Mon 13:00")), FR, "Mon 13:00").state is State.MET


def test_a_late_answer_is_late_though_nobody_looked_before() -> None:
    found = seen(lived(created(), answered("Mon 14:00")), FR, "Tue 09:00")

    assert (found.state, found.breached_at, found.overdue) == (State.BREACHED_DONE, at("Mon 13:00"), HOUR)


@pytest.mark.parametrize(
    "message",
    [
        MessageSent(at=at("Mon 10:00"), by="agent", visibility="INTERNAL"),
        MessageSent(at=at("Mon 10:00"), by="requester", visibility="PUBLIC"),
        MessageSent(at=at("Mon 10:00"), by="automatic", visibility="PUBLIC"),
        MessageSent(at=at("Mon 10:00"), by="other", visibility="PUBLIC"),
        moved("Mon 10:00", "IN_PROGRESS"),
    ],
)
def test_only_an_agents_public_message_is_a_first_response(message: Occurrence) -> None:
    assert seen(lived(created(), message), FR, "Mon 11:00").state is State.RUNNING


@pytest.mark.parametrize("done", ["RESOLVED", "CLOSED"])
def test_finishing_without_an_answer_meets_the_first_response(done: str) -> None:
    state = lived(created(), moved("Mon 10:00", done))

    assert (seen(state, FR, "Fri 10:00").state, seen(state, RES, "Fri 10:00").state) == (State.MET, State.MET)
    assert seen(state, RES, "Fri 10:00").elapsed == HOUR


def test_a_ticket_opened_with_an_answer_has_no_first_response_clock() -> None:
    assert seen_at(lived(created(answered=True)), at("Mon 10:00"))[FR] is None


def test_a_first_response_pauses_only_where_the_policy_says_so() -> None:
    waiting = moved("Mon 10:00", "WAITING_ON_VENDOR")
    pausing = replace(P2, first_response_pauses=True)

    assert seen(lived(created(), waiting), FR, "Mon 11:00").state is State.RUNNING
    assert seen(lived(created(terms=pausing), waiting), FR, "Mon 11:00").state is State.PAUSED


def test_only_the_statuses_of_the_policy_pause() -> None:
    terms = replace(P2, pause_on=("WAITING_ON_REQUESTER",))
    state = lived(created(terms=terms), moved("Mon 10:00", "WAITING_ON_VENDOR"))

    assert seen(state, RES, "Mon 11:00").state is State.RUNNING
    assert seen(step(state, moved("Mon 11:00", "WAITING_ON_REQUESTER")), RES, "Mon 12:00").state is State.PAUSED


def test_waiting_to_waiting_is_one_pause() -> None:
    state = lived(created(), moved("Mon 10:00", "WAITING_ON_VENDOR"), moved("Mon 11:00", "WAITING_ON_REQUESTER"))
    found = seen(state, RES, "Mon 12:00")

    assert (found.paused_at, found.paused) == (at("Mon 10:00"), 2 * HOUR)


def test_a_breached_clock_stays_breached_while_the_ticket_waits() -> None:
    state = lived(created(terms=P1), moved("Mon 14:00", "WAITING_ON_VENDOR"))
    found = seen(state, RES, "Wed 12:00")

    assert (found.state, found.due_at, found.overdue) == (State.BREACHED, at("Mon 13:00"), HOUR)


def test_a_target_that_was_used_up_to_the_second_when_the_wait_began_is_missed_after() -> None:
    state = lived(created(terms=P1), moved("Mon 13:00", "WAITING_ON_VENDOR"))

    assert seen(state, RES, "Mon 13:00").state is State.PAUSED
    assert seen(state, RES, "Mon 13:01").state is State.BREACHED


def test_a_new_due_time_that_is_the_instant_of_the_change_is_not_past() -> None:
    state = lived(created(terms=P3), retargeted("Mon 10:00", P1))

    assert seen(state, FR, "Mon 10:00").state is State.RUNNING
    assert seen(state, FR, "Mon 10:01").breached_at == at("Mon 10:00")
    assert seen(state, FR, "Mon 10:01").breach_cause is None


def test_the_past_due_time_of_a_change_leaves_the_pauses_out() -> None:
    state = lived(
        created(terms=P3), moved("Mon 10:00", "WAITING_ON_VENDOR"), moved("Mon 12:00", "IN_PROGRESS"),
        retargeted("Tue 10:00", replace(P3, resolution=2 * HOUR)),
    )  # fmt: skip
    found = seen(state, RES, "Tue 10:00")

    assert (found.due_at, found.breached_at) == (at("Mon 13:00"), at("Tue 10:00"))
    assert (found.breach_cause, found.overdue) == ("TARGET_CHANGED", 5 * HOUR)


def test_a_clock_that_is_late_already_is_not_late_once_more_by_a_change() -> None:
    state = lived(created(terms=P2), retargeted("Mon 14:00", P1))
    found = seen(state, FR, "Mon 14:00")

    assert (found.due_at, found.breached_at, found.breach_cause) == (at("Mon 10:00"), at("Mon 13:00"), None)


def test_finished_clocks_keep_the_target_that_they_were_judged_by() -> None:
    before = lived(created(), answered("Mon 10:00"), moved("Mon 11:00", "RESOLVED"))
    after = step(before, retargeted("Tue 10:00", replace(P1, calendar=read(B)), "TEAM"))

    assert seen_at(after, at("Fri 10:00")) == seen_at(before, at("Fri 10:00"))


def test_accrued_time_stays_as_counted_and_can_be_used_up_in_hindsight() -> None:
    far = replace(P3, calendar=read(B))
    state = lived(created("Mon 15:00", P3), retargeted("Tue 11:00", far, "TEAM"))
    sooner = step(state, retargeted("Tue 12:00", replace(far, resolution=3 * HOUR)))

    assert seen(state, RES, "Tue 12:00").elapsed == 4 * HOUR  # it is 06:00 in New York
    assert seen(sooner, RES, "Tue 12:00").due_at == at("Tue 10:00")


def test_where_no_policy_applied_the_time_is_counted_from_the_start_once_one_does() -> None:
    state = lived(created(terms=None), moved("Mon 10:00", "IN_PROGRESS"))
    later = step(state, retargeted("Tue 10:00", P3, "TEAM"))

    assert seen_at(state, at("Mon 12:00")) == {FR: None, RES: None}
    assert seen(later, RES, "Tue 10:00").elapsed == 9 * HOUR
    assert seen(later, FR, "Tue 10:00").breached_at == at("Tue 10:00")


def test_a_clock_that_loses_its_target_is_gone_and_goes_on_when_it_has_one_again() -> None:
    state = lived(created(terms=P3), retargeted("Mon 11:00", None, "TEAM"))
    back = step(state, retargeted("Mon 16:00", P3, "TEAM"))

    assert seen_at(state, at("Mon 12:00")) == {FR: None, RES: None}
    assert next_due_at(state) is None
    assert seen(back, RES, "Mon 16:00").elapsed == 7 * HOUR


def test_a_breach_stays_on_record_when_the_target_goes() -> None:
    found = seen(lived(created(terms=P1), retargeted("Mon 11:00", None, "TEAM")), FR, "Mon 12:00")

    assert (found.state, found.ever_breached, found.breached_at) == (State.CANCELLED, True, at("Mon 10:00"))


def test_a_reopened_ticket_is_held_to_what_is_promised_now() -> None:
    state = lived(
        created(terms=P3), moved("Mon 15:00", "RESOLVED"), retargeted("Mon 16:00", P1), moved("Tue 09:00", "REOPENED")
    )
    found = seen(state, RES, "Tue 09:00")

    assert (found.due_at, found.breached_at) == (at("Mon 13:00"), at("Tue 09:00"))
    assert found.breach_cause == "TARGET_CHANGED"


def test_a_ticket_that_was_done_to_the_second_is_late_when_it_is_reopened() -> None:
    state = lived(created(), moved("Mon 17:00", "RESOLVED"), moved("Tue 10:00", "REOPENED"))
    found = seen(state, RES, "Tue 10:00")

    assert (found.state, found.breached_at, found.breach_cause) == (State.BREACHED, at("Mon 17:00"), None)


def test_as_if_never_resolved_it_was_late_when_its_time_was_up() -> None:
    state = lived(
        created(terms=replace(P1, reopen=ReopenMode.TOTAL)),
        moved("Mon 10:00", "RESOLVED"), moved("Tue 10:00", "REOPENED"),
    )  # fmt: skip
    found = seen(state, RES, "Tue 10:00")

    assert (found.elapsed, found.breached_at, found.breach_cause) == (9 * HOUR, at("Mon 13:00"), None)


def test_a_new_cycle_keeps_the_old_one_and_that_it_was_late() -> None:
    state = lived(
        created(terms=replace(P1, reopen=ReopenMode.RESTART)),
        moved("Mon 14:00", "RESOLVED"), moved("Tue 10:00", "REOPENED"),
    )  # fmt: skip
    found = seen(state, RES, "Tue 11:00")

    assert (found.state, found.started_at, found.elapsed) == (State.RUNNING, at("Tue 10:00"), HOUR)
    assert (found.ever_breached, found.breached_at) == (True, None)
    assert [cycle.stopped_at for cycle in state.cycles] == [at("Mon 14:00")]


def test_a_first_response_is_never_waited_for_again() -> None:
    state = lived(created(), moved("Mon 10:00", "RESOLVED"), moved("Mon 11:00", "REOPENED"), answered("Mon 16:00"))

    assert seen(state, FR, "Mon 16:00").stopped_at == at("Mon 10:00")


@pytest.mark.parametrize("cause", list(CancelCause))
def test_a_cancelled_clock_is_neither_met_nor_missed_and_goes_on_when_it_is_revived(cause: CancelCause) -> None:
    cancelled = lived(created(), Cancelled(at=at("Mon 10:00"), cause=cause), moved("Mon 10:00", "CLOSED"))
    revived = step(step(cancelled, Revived(at=at("Tue 10:00"), cause=cause)), moved("Tue 10:00", "NEW"))

    for kind in ClockKind:
        found = seen(cancelled, kind, "Tue 09:00")
        assert (found.state, found.due_at, found.elapsed) == (State.CANCELLED, None, HOUR)
    assert next_due_at(cancelled) is None and told(cancelled, "Fri 10:00") == []
    assert seen(revived, FR, "Tue 11:00").due_at == at("Tue 13:00")
    assert seen(revived, RES, "Tue 11:00").elapsed == 2 * HOUR


def test_what_is_merged_and_deleted_is_cancelled_until_it_is_neither() -> None:
    state = lived(
        created(), Cancelled(at=at("Mon 10:00"), cause=CancelCause.MERGED),
        Cancelled(at=at("Mon 11:00"), cause=CancelCause.DELETED), Revived(at=at("Mon 12:00"), cause=CancelCause.MERGED),
    )  # fmt: skip
    revived = step(state, Revived(at=at("Mon 13:00"), cause=CancelCause.DELETED))

    assert seen(state, RES, "Mon 12:30").state is State.CANCELLED
    assert seen(revived, RES, "Mon 13:00").due_at == at("Tue 12:00")


def test_an_answer_given_while_it_was_merged_is_one_when_it_is_split_off() -> None:
    state = lived(
        created(), Cancelled(at=at("Mon 10:00"), cause=CancelCause.MERGED),
        Revived(at=at("Tue 10:00"), cause=CancelCause.MERGED, answered_at=at("Mon 16:00")),
    )  # fmt: skip
    found = seen(state, FR, "Tue 10:00")

    assert (found.state, found.stopped_at, found.elapsed) == (State.MET, at("Mon 16:00"), HOUR)


def test_at_risk_and_breach_are_told_in_order_once_however_late_the_worker_is() -> None:
    state = lived(created(terms=P1))

    assert next_due_at(state) == at("Mon 09:48")
    assert told(state, "Mon 09:47") == []
    assert told(state, "Mon 09:48") == [("FIRST_RESPONSE", "AT_RISK", at("Mon 09:48"))]
    assert told(state, "Fri 09:00") == [
        ("FIRST_RESPONSE", "AT_RISK", at("Mon 09:48")),
        ("FIRST_RESPONSE", "BREACHED", at("Mon 10:00")),
        ("RESOLUTION", "AT_RISK", at("Mon 12:12")),
        ("RESOLUTION", "BREACHED", at("Mon 13:00")),
    ]
    late = after_telling(state, "Fri 09:00")
    assert (told(late, "Fri 10:00"), next_due_at(late)) == ([], None)
    assert late.resolution.breaches[0].noticed_at == late.resolution.breaches[0].announced_at == at("Fri 09:00")


def test_a_clock_that_is_met_or_waits_is_never_told_of() -> None:
    met = lived(created(terms=P1), answered("Mon 09:50"), moved("Mon 12:50", "RESOLVED"))
    waits = lived(created(terms=P1), answered("Mon 09:50"), moved("Mon 12:50", "WAITING_ON_VENDOR"))

    assert (told(met, "Fri 09:00"), next_due_at(met)) == ([], None)
    assert (told(waits, "Fri 09:00"), next_due_at(waits)) == ([], None)


def test_a_breach_found_with_the_late_stop_is_for_the_log_alone() -> None:
    state = lived(created(terms=P1), answered("Mon 11:00"))
    (found,) = [one for one in due_announcements(state, at("Mon 11:00")) if one.clock is FR]

    assert (found.kind, found.at, found.notify) == ("BREACHED", at("Mon 10:00"), False)


def test_a_breach_of_a_ticket_that_waits_now_is_told_when_it_goes_on() -> None:
    waits = lived(created(terms=P1), answered("Mon 09:30"), moved("Mon 13:10", "WAITING_ON_VENDOR"))
    goes_on = step(waits, moved("Tue 09:00", "IN_PROGRESS"))

    assert told(waits, "Mon 14:00") == []
    assert told(goes_on, "Tue 09:00") == [
        ("RESOLUTION", "AT_RISK", at("Mon 12:12")),
        ("RESOLUTION", "BREACHED", at("Mon 13:00")),
    ]


def test_at_risk_is_told_once_for_a_target_and_again_when_the_due_time_moves_on() -> None:
    warned = after_telling(lived(created(terms=P2), answered("Mon 09:30")), "Mon 16:00")
    paused = step(step(warned, moved("Mon 16:00", "WAITING_ON_VENDOR")), moved("Tue 16:00", "IN_PROGRESS"))
    eased = step(paused, retargeted("Tue 16:10", P3))

    assert told(paused, "Tue 16:30") == []
    assert next_due_at(eased) is not None
    assert [kind for _, kind, _ in told(eased, "Fri 12:00")] == ["AT_RISK", "BREACHED"]


def test_a_due_time_put_into_the_past_is_told_as_a_breach_without_a_warning() -> None:
    state = lived(created(terms=P3), answered("Mon 09:30"), retargeted("Mon 15:00", P1))

    (found,) = due_announcements(state, at("Mon 15:00"))
    assert (found.kind, found.at, found.due_at, found.cause) == (
        "BREACHED", at("Mon 15:00"), at("Mon 13:00"), "TARGET_CHANGED",
    )  # fmt: skip


def test_a_due_time_that_was_told_of_is_not_told_of_again() -> None:
    state = after_telling(lived(created(terms=P1)), "Mon 11:00")
    eased = step(state, retargeted("Mon 11:30", P3))
    back = step(eased, retargeted("Mon 12:00", P1))

    assert back.first_response is not None
    assert [one.cause for one in back.first_response.breaches] == [None, "TARGET_CHANGED"]
    assert [one for one in told(back, "Mon 12:00") if one[0] == "FIRST_RESPONSE"] == []


def test_nobody_is_warned_where_the_policy_does_not_want_it() -> None:
    state = lived(created(terms=replace(P1, at_risk_percent=None)))

    assert next_due_at(state) == at("Mon 10:00")
    assert seen(state, FR, "Mon 09:30").at_risk_at is None


def test_history_is_in_order_and_begins_once() -> None:
    state = lived(created())

    with pytest.raises(ValueError, match="order of time"):
        step(state, moved("Mon 08:59", "IN_PROGRESS"))
    with pytest.raises(ValueError, match="created once"):
        step(state, created("Mon 10:00"))
    with pytest.raises(ValueError, match="Before a ticket is created"):
        fold([moved("Mon 10:00", "IN_PROGRESS")])
    assert fold([]) is None


def test_a_state_is_kept_without_its_calendar_and_comes_back_whole() -> None:
    terms = replace(P2, calendar_version_id="v7", source=Source.ASSIGNED, policy="Standard", policy_version=3)
    state = after_telling(lived(created(terms=terms), answered("Mon 10:00:00.5")), "Wed 09:00")
    asked_for: list[str | None] = []

    def calendar(version: str | None) -> Calendar:
        asked_for.append(version)
        return read(A)

    kept = packed(state)

    assert "schedule" not in str(kept) and kept["terms"]["calendar"] is None
    assert unpacked(kept, calendar) == state
    assert asked_for == ["v7"]


def test_round_the_clock_needs_no_version_of_a_calendar() -> None:
    state = begin(created(terms=replace(P2, calendar=Calendar.always("Europe/Berlin"))))

    def never(version: str | None) -> Calendar:
        raise AssertionError("There is none to be asked for.")

    assert unpacked(packed(state), never) == state
