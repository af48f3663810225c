"""`codex routing learn`: what stops it, each in one sentence."""

import pytest
from shells import Shell

REFUSED = [
    (["routing", "learn"], "There are no finished tickets to learn from."),
    (["routing", "learn", "--until", "soon"], "--until soon is not an instant such as 2026-03-02T09:00Z."),
    (["routing", "learn", "--until", "2016-01-01T00:00Z"], "There are no finished tickets to learn from."),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED)
def test_a_refusal_is_one_sentence(shell: Shell, words: list[str], sentence: str) -> None:
    ended = shell(*words)
    assert (ended.code != 0, ended.sentence, ended.out) == (True, sentence, "")
