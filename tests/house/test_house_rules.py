"""Rules of the house that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "codex"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def test_no_file_is_two_rooms_in_one() -> None:
    long = {str(path.relative_to(ROOT)): count for path in _written() if (count := _lines(path)) > LONGEST_FILE}
    assert long == {}


def test_no_function_is_too_long_to_be_seen_at_once() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in _written()
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > LONGEST_FUNCTION
    ]
    assert long == []


def test_only_a_work_commits() -> None:
    committing = {str(p.relative_to(SOURCE)) for p in MODULES if "commit" in set(_called(p))}
    assert committing == {"db/work.py"}


def test_only_reactions_know_what_reacts() -> None:
    knowing = {
        str(path.relative_to(SOURCE))
        for path in MODULES
        for name in _imported(path)
        if name.startswith("codex.") and "reaction" in name.split(".")[2:]
    }
    assert knowing == {"reactions.py"}


def test_only_the_clock_asks_what_time_it_is() -> None:
    asking = {str(p.relative_to(SOURCE)) for p in MODULES if {"now", "utcnow", "today"} & set(_asked_of(p, "datetime"))}
    assert asking == {"kernel/clock.py"}


def test_nothing_is_called_utils() -> None:
    vague = {"utils", "util", "helpers", "helper", "services", "service", "manager", "managers", "common_utils"}
    assert [str(p) for p in MODULES if p.stem in vague or p.parent.name in vague] == []


def test_every_public_function_of_the_domain_says_what_it_promises() -> None:
    silent = [
        f"{path.relative_to(SOURCE)}:{node.name}"
        for package in ("kernel", "identity", "classification", "tickets", "audit")
        for path in sorted((SOURCE / package).glob("*.py"))
        for node in _tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert silent == []


def _written() -> Iterator[Path]:
    """What people write; migrations are as long as the tables that they make."""
    return (path for path in MODULES if "migrations" not in path.parts)


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _called(path: Path) -> Iterator[str]:
    """The names of methods that a module calls."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


def _asked_of(path: Path, name: str) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == name:
                yield node.func.attr


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
