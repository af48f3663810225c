"""What the benchmark sets beside each other is the same work: product and floor touch the same rows."""

import dataclasses
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bench.cases import Case, cases
from bench.comparisons import Comparison
from bench.floors import Keys
from bench.measuring import Bench
from bench.statements import executed

from bench import comparisons, floors, places, product, rules

TICKETS = 500
TABLES_OF_RULES = ("routing_rules", "automation_rules")
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """A small desk with a database and a web server of its own, on the same disk or memory as that of all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(Path(os.environ["CODEX_TEST_SERVER"]).parent))
        with (
            places.opened("500", TICKETS, keep=None) as place,
            product.web(place.server.data_dir, place.credentials, processes=1) as web,
        ):
            yield Bench(place, web, seconds=1, rounds=1)


@pytest.mark.parametrize("comparison", comparisons.BEFORE, ids=lambda comparison: comparison.name)
def test_what_reads_histories_is_measured_before_a_floor_writes_untrue_ones(
    bench: Bench, comparison: Comparison
) -> None:
    goals = list(comparison.measure(bench))
    assert goals and all(goal.what and goal.is_now and goal.should_be for goal in goals)


def test_product_and_floor_touch_the_same_rows(bench: Bench) -> None:
    by_product, by_floor = {}, {}
    for case in cases(bench.web.asker, bench.place.desk):
        if case.probe:
            by_product[case.name], by_floor[case.name] = _side_by_side(bench, case)

    assert by_floor == by_product
    assert by_product["create"]["+tickets"] == by_product["create"]["+sla_instances"] == 1
    assert by_product["create"]["+ticket_events"] == by_product["create"]["+versions"] == 2
    assert by_product["message"]["+ticket_messages"] == 1
    assert by_product["transition"]["+versions"] == by_product["transition"]["+ticket_events"] > 1
    assert by_product["list"]["statements"] == 2
    assert by_product["list"]["rows"] > 1


def test_a_measurement_has_a_ratio_and_no_errors(bench: Bench) -> None:
    case = next(case for case in cases(bench.web.asker, bench.place.desk) if case.name == "list")

    measured = bench.measure(case, bench.captured(case), clients=1)

    assert (measured.errors, measured.problem, measured.statements) == (0, "", 2)
    assert measured.ratio is not None and measured.floor_per_second is not None
    assert measured.ratio == pytest.approx(measured.per_second / measured.floor_per_second)
    assert bench.memories.pss["web"] > 0


def test_what_is_said_only_the_first_time_is_not_in_the_floor(bench: Bench) -> None:
    desk = bench.place.desk
    waiting = [bench.web.asker.post(f"/api/v1/tickets/IT-{desk.steady[1]}/transition", status="IN_PROGRESS")]
    once = Case("once", lambda clients: [waiting] * clients, probe=waiting)
    with product.web(bench.place.server.data_dir, bench.place.credentials, processes=2) as fresh:
        case = next(case for case in cases(fresh.asker, desk) if case.name == "create")
        captured = Bench(bench.place, fresh, seconds=1, rounds=1).captured(case)
    assert captured is not None and captured.statements
    first = [" ".join(s.sql.split()[:2]) for s in captured.statements]

    settled = bench.captured(once)

    assert settled is not None and not any(s.sql.startswith(("UPDATE", "INSERT")) for s in settled.statements)
    assert not [said for said in first if said.startswith(("DEALLOCATE", "ROLLBACK", "show", "select"))]
    assert first.count("BEGIN") == 1


@pytest.mark.parametrize("comparison", comparisons.AFTERWARDS, ids=lambda comparison: comparison.name)
def test_what_has_no_floor_is_measured_against_a_figure(bench: Bench, comparison: Comparison) -> None:
    goals = list(comparison.measure(bench))

    assert goals and all(goal.what and goal.is_now and goal.should_be for goal in goals)
    secured = bench.place.superuser.execute("SELECT count(*) FROM pg_class WHERE relrowsecurity").fetchone()
    assert secured is not None and secured[0] > 15
    if comparison.name == "export":
        tickets = bench.place.superuser.execute("SELECT count(*) FROM tickets").fetchone()
        assert tickets is not None and f"export of {tickets[0]:,} rows" in goals[0].what


def test_rules_are_asked_about_new_tickets_and_at_rest_afterwards(bench: Bench) -> None:
    asker, category = bench.web.asker, str(bench.place.desk.category_id)
    with rules.at_work(bench.place):
        made = [_one(bench, f"SELECT count(*) FROM {table} WHERE is_active") for table in TABLES_OF_RULES]
        for subject in ("Travel refund for the fair in Lisbon", "Access to the sales dashboard for two people"):
            asker.ask(asker.post("/api/v1/tickets", subject=subject, categoryId=category))
        by_rule = "SELECT count(*) FROM ticket_events WHERE type = 'ROUTED' AND payload->>'ruleId' IS NOT NULL"
        matched = [_one(bench, by_rule), _one(bench, "SELECT count(*) FROM automation_executions WHERE success")]
        asked = _one(
            bench, "SELECT max(n) FROM (SELECT count(DISTINCT rule_id) n FROM automation_rule_sets GROUP BY rule_set) x"
        )

    assert made == [rules.RULES, rules.RULES] and asked == rules.RULES
    assert all(matched)
    assert [_one(bench, f"SELECT count(*) FROM {table} WHERE is_active") for table in TABLES_OF_RULES] == [0, 0]


def _side_by_side(bench: Bench, case: Case) -> tuple[dict[str, int], dict[str, int]]:
    """What the probe of a case touches, then what its floor does of the same ticket."""
    captured = bench.captured(case)
    assert captured is not None
    script = floors.script(captured, _the_probed(case.keys(1)))
    for request in case.before:
        bench.web.asker.ask(request)

    def ask() -> None:
        for request in case.probe:
            bench.web.asker.ask(request)

    def run() -> None:
        floor = floors.run(bench.place.server, script, clients=1, turns=1)
        assert (floor.problem, floor.turns) == ("", 1)

    return _touched(bench, ask), _touched(bench, run)


def _the_probed(keys: Keys) -> Keys:
    """Not a random ticket: the one that the probe is about."""
    named = [name.removeprefix("IT-") for name in keys.replaced if name.startswith("IT-")]
    return dataclasses.replace(keys, lines=tuple(rf"\set n {number}" for number in named))


def _touched(bench: Bench, act: Callable[[], None]) -> dict[str, int]:
    """Statements, the rows that they returned or changed, and what each table and the tickets' versions gained."""
    before = _state(bench)
    act()
    return {name: now - before[name] for name, now in _state(bench).items() if now != before[name]}


def _state(bench: Bench) -> dict[str, int]:
    statements, rows = executed(bench.place.superuser)
    tables = bench.place.superuser.execute(TABLES.encode()).fetchall()
    counts = {f"+{name}": _one(bench, f"SELECT count(*) FROM {name}") for (name,) in tables}
    versions = _one(bench, "SELECT sum(version)::bigint FROM tickets")
    return {"statements": statements, "rows": rows, "+versions": versions, **counts}


def _one(bench: Bench, sql: str) -> int:
    row = bench.place.superuser.execute(sql.encode()).fetchone()
    assert row is not None
    return int(row[0])
