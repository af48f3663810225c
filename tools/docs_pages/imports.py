"""docs/imports.md: who imports whom, drawn from the code."""

import tomllib
from collections import Counter
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]


def page() -> str:
    """The whole page."""
    floors = _floors()
    edges = _edges()
    upward = [f"{a} -> {b}" for a, b in edges if floors.get(a, 99) >= floors.get(b, -1)]
    lines = [
        "# Who imports whom",
        "",
        "Packages from the top floor to the bottom, and how many imports each has of those below. The floors are a",
        "contract (`[tool.importlinter]` in `pyproject.toml`), checked by `bin/check`: imports go down only.",
        "",
        "```mermaid",
        "graph TD",
    ]
    shown = {name for edge in edges for name in edge}
    for floor in sorted(set(floors.values()), reverse=True):
        names = [n for n, f in floors.items() if f == floor and n in shown]
        if names:
            lines.append(f"  subgraph floor{floor}[ ]")
            lines += [f"    {n}" for n in names]
            lines.append("  end")
    lines += [f"  {a} --> {b}" for a, b in edges if a not in ("cli", "main", "tables")]
    lines += ["```", "", "`cli`, `main` and `tables` stand above all of it and import what they wire.", ""]
    lines += ["| package | imports |", "|---|---|"]
    lines += [f"| {a} | {', '.join(f'{b} {edges[a2, b]}' for a2, b in edges if a2 == a)} |" for a in dict(edges.keys())]
    lines += ["", f"Arrows that go up or sideways: {', '.join(upward) or 'none'}."]
    return "\n".join(lines) + "\n"


def _floors() -> dict[str, int]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    layers = config["layers"]
    return {
        name.strip(" ()"): len(layers) - position for position, layer in enumerate(layers) for name in layer.split("|")
    }


def _edges() -> dict[tuple[str, str], int]:
    graph = grimp.build_graph("codex", cache_dir=None)
    count: Counter[tuple[str, str]] = Counter()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            a, b = importer.split(".")[1:2], imported.split(".")[1:2]
            if a and b and a != b and a[0] != "__main__":
                count[a[0], b[0]] += 1
    floors = _floors()
    return dict(sorted(count.items(), key=lambda item: (-floors.get(item[0][0], 0), item[0])))
