"""Reading what somebody wrote as conditions: into a tree, or into what is wrong with it, each with its path."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from codex.kernel.criteria.grammar import (
    DEEPEST,
    LISTED,
    MOST_LEAVES,
    NAMED,
    Field,
    Operator,
    Vocabulary,
    operators,
)
from codex.kernel.criteria.operands import Unfit, operand, quoted
from codex.kernel.criteria.tree import All, AnyOf, Condition, Leaf, Not
from codex.kernel.errors import Problem

_GROUPS = ("all", "any", "not")
_PARTS = ("field", "operator", "value")


def read(written: object, vocabulary: Vocabulary, *, path: str = "conditions") -> tuple[All, list[Problem]]:
    """The tree of a list of conditions, all of which must hold, and every problem with it.

    With problems, the tree is only part of what was meant: it must not be used. `path`: where the list stands.
    """
    reader = _Reader(vocabulary)
    tree = All(tuple(reader.parts(written, path, depth=0)))
    if reader.leaves > MOST_LEAVES:
        reader.fail(path, f"There are {reader.leaves} conditions; {MOST_LEAVES} is the most.")
    return tree, reader.problems


def mentioned(written: object, fields: Mapping[str, Field]) -> frozenset[str]:
    """Every text in it that may be the name of something: what a vocabulary has to know for reading it.

    `fields`: those that there always are, whose values are no names unless their kind says so.
    """
    return frozenset(_names(written, fields, 2 * DEEPEST + 4))


def _names(written: object, fields: Mapping[str, Field], deep: int) -> Iterator[str]:
    parts: Iterable[object] = ()
    if isinstance(written, list):
        parts = written
    elif isinstance(written, dict):
        asked = written.get("field")
        field = fields.get(asked) if isinstance(asked, str) else None
        if field is None or field.kind in NAMED:
            parts = written.values()
    elif isinstance(written, str):
        yield written
    if deep:
        for part in parts:
            yield from _names(part, fields, deep - 1)


class _Reader:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self.leaves = 0

    def fail(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))

    def parts(self, written: object, path: str, *, depth: int) -> Iterator[Condition]:
        if not isinstance(written, list):
            self.fail(path, "This is a list of conditions.")
            return
        for place, part in enumerate(written):
            found = self._condition(part, f"{path}[{place}]", depth=depth)
            if found is not None:
                yield found
            if self.leaves > MOST_LEAVES and len(self.problems) > MOST_LEAVES:
                return

    def _condition(self, written: object, path: str, *, depth: int) -> Condition | None:
        if not isinstance(written, dict):
            self.fail(path, "A condition has field, operator and value, or is a group: all, any, not.")
            return None
        group = next((name for name in _GROUPS if name in written), None)
        allowed = _PARTS if group is None else (group,)
        for name in written:
            if name not in allowed:
                self.fail(f"{path}.{name[:80]}", f"There is no {quoted(name)} here.")
        if group is None:
            self.leaves += 1
            return self._leaf(written, path)
        if depth >= DEEPEST:
            self.fail(path, f"Groups nest {DEEPEST} deep at most.")
            return None
        return self._group(group, written[group], f"{path}.{group}", depth=depth + 1)

    def _group(self, group: str, written: object, path: str, *, depth: int) -> Condition | None:
        if group == "not":
            part = self._condition(written, path, depth=depth)
            return Not(part) if part else None
        if written == []:
            self.fail(path, "A group has at least one condition.")
        parts = tuple(self.parts(written, path, depth=depth))
        return All(parts) if group == "all" else AnyOf(parts)

    def _leaf(self, written: dict[str, Any], path: str) -> Leaf | None:
        named, said = written.get("field"), written.get("value")
        field = self.vocabulary.fields.get(named) if isinstance(named, str) else None
        if field is None:
            known = self.vocabulary.unfit.get(named) if isinstance(named, str) else None
            self.fail(f"{path}.field", known or (f"There is no field {quoted(named)}." if named else "Which field?"))
            return None
        fitting = operators(field)
        operator = next((o for o in fitting if o.value == written.get("operator")), None)
        if operator is None:
            self.fail(f"{path}.operator", f"For {field.name} it is one of {', '.join(fitting)}.")
            return None
        if operator in (Operator.IS_SET, Operator.IS_NOT_SET):
            if said is not None and said is not True:
                self.fail(f"{path}.value", f"{operator} has no value.")
            return Leaf(field, operator, None, None)
        if (operator in LISTED) is not isinstance(said, list):
            self.fail(f"{path}.value", f"{operator} has {'a list of values' if operator in LISTED else 'one value'}.")
            return None
        try:
            return Leaf(field, operator, operand(field, operator, said, self.vocabulary.names), said)
        except Unfit as unfit:
            self.fail(f"{path}.value{unfit.place}", unfit.reason)
            return None
