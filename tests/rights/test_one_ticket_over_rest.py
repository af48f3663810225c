"""Each line of the table x each relation and each two, by real requests: who may, who is refused, to whom it is not
there. What is refused leaves nothing behind."""

import pytest
from doors import Doors
from furnished import Case
from ticket_calls import Call, bulk, some_calls

pytestmark = pytest.mark.anyio
ABSENT = "00000000-0000-7000-8000-000000000000"


async def test_every_request_about_a_ticket_is_answered_as_the_table_says(doors: Doors) -> None:
    for case in doors.desk.cases:
        async with doors.api(case.post) as client:
            for call in some_calls(doors.desk, case):
                verdict = case.bond.verdict(call.operation)
                async with doors.database.undone():
                    before = await doors.footprint() if verdict != "Y" else None
                    answer = await client.request(call.method, _path(case, call), json=call.body)
                    right = answer.status_code in _expected(case, call, verdict)
                    doors.check(right, case.bond, call.operation, call.path, call.body, answer.status_code)
                    if before is not None:
                        doors.check(await doors.footprint() == before, "written", case.bond, call)
                if verdict == "h":
                    path = f"/api/v1/tickets/{ABSENT}{call.path}"
                    absent = await client.request(call.method, path, json=call.body)
                    same = (answer.status_code, answer.content) == (absent.status_code, absent.content)
                    doors.check(same, "told apart", case.bond, call)
    doors.all_hold(at_least=2_900)


async def test_a_change_of_many_asks_for_each_ticket_what_one_change_asks(doors: Doors) -> None:
    for case in doors.desk.cases:
        async with doors.api(case.post) as client:
            for operation, changes in bulk(doors.desk, case):
                ids = [str(case.ticket.id), ABSENT]
                async with doors.database.undone():
                    answer = await client.post("/api/v1/tickets/bulk", json={"ids": ids, "changes": changes})
                    found, absent = answer.json()["results"]
                status = 200 if found["ok"] else found["problem"]["status"]
                expected = {"Y": 200, "x": 403, "h": 404}[case.bond.verdict(operation)]
                doors.check(status == expected, case.bond, operation, changes, status)
                if expected == 404:
                    same = {**found, "id": ""} == {**absent, "id": ""}
                    doors.check(same and found["id"] == str(case.ticket.id), "told apart", case.bond, changes)
    doors.all_hold(at_least=740)


def _path(case: Case, call: Call) -> str:
    return f"/api/v1/tickets/{case.ticket.id}{call.path}"


def _expected(case: Case, call: Call, verdict: str) -> frozenset[int]:
    if verdict == "Y":
        return call.allowed
    if verdict == "h" or (call.inside and case.bond.verdict("SEE_INTERNAL") != "Y"):
        return frozenset({404})
    return frozenset({403})
