"""The lock files: `--check` that they fit pyproject.toml and carry hashes and no addresses; `--write` them anew."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"requirements.lock": (), "requirements-dev.lock": ("dev",), "requirements-node.lock": ("node",)}
NAME = re.compile(r"[A-Za-z0-9._-]+")


def write(name: str, extras: tuple[str, ...]) -> None:
    """Resolve once more. The runtime's versions hold for all."""
    command = [
        str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--generate-hashes", "--universal",
        "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11",
        "pyproject.toml", "-o", name, *(f"--extra={extra}" for extra in extras),
    ]  # fmt: skip
    if name != "requirements.lock":
        command += ["-c", "requirements.lock"]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"})


def problems(name: str, extras: tuple[str, ...]) -> list[str]:
    """What is wrong with a lock file."""
    text = (ROOT / name).read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(w for e in extras for w in project["optional-dependencies"][e])]
    locked = {normal(line.partition("==")[0]) for line in text.splitlines() if line and line[0] not in " #"}
    found = [f"{name} lacks {w}" for w in wanted if normal(NAME.match(w)[0]) not in locked]  # type: ignore[index]
    if "://" in text:
        found.append(f"{name} names an address")
    entries = re.split(r"\n(?=\S)", text.strip())
    found += [f"{name} has no hash for {e.split()[0]}" for e in entries if "--hash=sha256:" not in e]
    return found


def normal(name: str) -> str:
    """A package's name without what does not count (PEP 503), extras included."""
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower().strip()


def main() -> int:
    """Write, or check and say what is wrong."""
    if sys.argv[1:] == ["--write"]:
        for name, extras in LOCKS.items():
            write(name, extras)
        return 0
    found = [problem for name, extras in LOCKS.items() for problem in problems(name, extras)]
    if "://" in re.sub(r'"(funding|license|homepage)"[^\n]*', "", (ROOT / "package-lock.json").read_text("utf-8")):
        found.append("package-lock.json names an address")
    for problem in found:
        sys.stderr.write(problem + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
