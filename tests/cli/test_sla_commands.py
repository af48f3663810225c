"""`codex sla simulate`: a made-up timeline in, what the clocks come to out."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from shells import Shell

ASKED: dict[str, Any] = {
    "calendar": {"timezone": "Europe/Berlin", "schedule": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]]}},
    "targets": {"P2": {"firstResponseHours": 4, "resolutionHours": 8}},
    "timeline": [{"at": "2026-03-02T10:00:00+01:00", "type": "created", "priority": "P2"}],
    "now": "2026-03-02T10:30:00.5+01:00",
}


def test_a_simulation_from_a_file_is_answered_as_json(bare_shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "asked.json"
    file.write_text(json.dumps(ASKED), "utf-8")

    ended = bare_shell("sla", "simulate", str(file))

    assert (ended.code, ended.err) == (0, "")
    answer = json.loads(ended.out)
    assert list(answer) == ["firstResponse", "resolution", "explanation"]
    assert answer["firstResponse"] == {
        "state": "RUNNING", "startedAt": "2026-03-02T09:00:00Z", "dueAt": "2026-03-02T13:00:00Z",
        "atRiskAt": "2026-03-02T12:12:00Z", "stoppedAt": None, "breachedAt": None, "breachCause": None,
        "everBreached": False, "elapsedSeconds": 1800.5, "remainingSeconds": 12599.5, "overdueSeconds": 0,
        "pausedSeconds": 0, "targetSeconds": 14400,
    }  # fmt: skip
    assert answer["resolution"]["dueAt"] == "2026-03-03T09:00:00Z"


def test_a_dash_reads_standard_input(bare_shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(ASKED).encode())))

    ended = bare_shell("sla", "simulate", "-")

    assert (ended.code, json.loads(ended.out)["firstResponse"]["dueAt"]) == (0, "2026-03-02T13:00:00Z")


def test_bad_input_is_one_sentence_that_names_where(bare_shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "asked.json"
    file.write_text(json.dumps({**ASKED, "calendar": {**ASKED["calendar"], "timezone": "Europe/Bonn"}}), "utf-8")

    ended = bare_shell("sla", "simulate", str(file))

    assert (ended.code, ended.out) == (2, "")
    assert ended.sentence == ("calendar.timezone: 'Europe/Bonn' is not a time zone; use a name such as Europe/Berlin.")


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"{} {}", b'{"now": NaN}'])
def test_what_is_not_json_is_said_to_be_none(bare_shell: Shell, tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "asked.json"
    file.write_bytes(text)

    ended = bare_shell("sla", "simulate", str(file))

    assert (ended.code, ended.out) == (2, "")
    assert ended.sentence.startswith(f"{file} is not JSON: ")


@pytest.mark.parametrize("name", ["no-such-file", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_named(bare_shell: Shell, name: str) -> None:
    ended = bare_shell("sla", "simulate", name)

    assert (ended.code, ended.out) == (2, "")
    assert ended.sentence.startswith(f"{name} cannot be read: ")
