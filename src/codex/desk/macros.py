"""What goes with a prepared text: actions, checked when they are saved and looked at again whenever they are shown."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from codex.db.database import Reader
from codex.kernel.errors import Invalid, Problem, Unprocessable
from codex.tickets.action_reading import read_actions
from codex.tickets.action_references import broken_references, known, references
from codex.tickets.actions import Action, written

_NOT_OURS = {
    "call_webhook": "Only an automation rule calls webhooks.",
    "stop": "There is nothing to stop: only automation rules come after one another.",
}


class BrokenAction(Struct, frozen=True):
    """An action that cannot be done: where it stands, and what it names that is no more."""

    path: str
    message: str


def read_macro(said: object, *, is_kept: bool = False) -> tuple[tuple[Action, ...], list[Problem]]:
    """The actions that go with a text, and every problem with them; with problems they must not be used.

    They are those of rules but for what only rules do: calling webhooks, ending a sequence, applying a macro.
    """
    actions, problems = read_actions(said, may_nest=False, is_kept=is_kept)
    for place, action in enumerate(said if isinstance(said, list) else ()):
        if isinstance(action, dict) and (why := _NOT_OURS.get(str(action.get("type")))):
            problems.append(Problem(f"actions[{place}].type", why))
    return actions, problems


async def checked(reader: Reader, said: Sequence[Any]) -> list[dict[str, Any]]:
    """Actions as they are kept. Raises Invalid for what no text can do, Unprocessable for what it names and there is
    not."""
    actions, problems = read_macro(list(said))
    if problems:
        raise Invalid(*problems)
    named = references(actions)
    if gone := broken_references(named, await known(reader, named)):
        raise Unprocessable(" ".join(problem.message for problem in gone), problems=gone)
    return written(actions)


async def broken(reader: Reader, kept: Sequence[Sequence[Any]]) -> list[list[BrokenAction]]:
    """Of the kept actions of each text, what cannot be done any more; at most one statement for any number."""
    read = [read_macro(list(actions), is_kept=True) for actions in kept]
    named = [references(actions) for actions, _ in read]
    found = await known(reader, [reference for each in named for reference in each])
    return [
        [BrokenAction(p.path, p.message) for p in (*problems, *broken_references(each, found))]
        for (_, problems), each in zip(read, named, strict=True)
    ]
