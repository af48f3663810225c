import importlib
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"


def test_every_rendered_page_says_what_the_code_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(TOOLS)
    docs = importlib.import_module("docs")
    assert docs.stale() == [], "run: python tools/docs.py --write"
