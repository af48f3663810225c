"""What runs needs nothing but what requirements.lock installs: tests bring more, a newcomer's machine does not."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LOADED = """
import importlib.metadata, json, sys
import codex.cli.root, codex.main, codex.worker.loop
by = importlib.metadata.packages_distributions()
print(json.dumps(sorted({d for name in {m.partition('.')[0] for m in sys.modules} for d in by.get(name, ())})))
"""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_everything_that_the_product_loads_is_in_the_lock_file_of_the_product() -> None:
    loaded = json.loads(subprocess.run([sys.executable, "-c", _LOADED], check=True, capture_output=True).stdout)
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    locked = {normal(line.partition("==")[0]) for line in lock.splitlines() if line and line[0] not in " #"}

    assert {"sqlalchemy", "greenlet", "litestar"} <= {normal(name) for name in loaded}
    assert {normal(name) for name in loaded} - locked <= {"codex", "setuptools"}  # a virtual environment has the latter
