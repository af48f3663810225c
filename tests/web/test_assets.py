"""The builder of the front-end files."""

import gzip
import json
import re
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from codex.web.present.render import DIST, WEB

ROOT = Path(__file__).resolve().parents[2]
SOURCES = WEB / "static"


@pytest.fixture(scope="module")
def builder() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools/assets.py"))


@pytest.fixture
def checkout(environment: Environment, tmp_path: Path) -> Path:
    """A copy of what goes in, with the packages installed here already."""
    static = tmp_path / SOURCES.relative_to(ROOT)
    for kind in ("css", "js", "svg"):
        shutil.copytree(SOURCES / kind, static / kind)
    shutil.copy(ROOT / "package-lock.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


def manifest(dist: Path) -> dict[str, str]:
    files: dict[str, str] = json.loads((dist / "manifest.json").read_text("utf-8"))["files"]
    return files


def test_a_build_is_stale_until_built_and_again_when_a_source_changes(
    builder: dict[str, Callable[[Path], bool]], checkout: Path
) -> None:
    assert builder["is_stale"](checkout)
    builder["build"](checkout)
    assert not builder["is_stale"](checkout)

    style = checkout / "src/codex/web/static/css/base.css"
    style.write_text(style.read_text("utf-8") + "\n.x { color: var(--text); }\n", "utf-8")
    assert builder["is_stale"](checkout)


def test_a_new_build_keeps_the_files_of_the_one_before_for_open_pages(
    builder: dict[str, Callable[[Path], bool]], checkout: Path
) -> None:
    style = checkout / "src/codex/web/static/css/base.css"
    dist = checkout / "src/codex/web/static/dist"
    names = []
    for color in ("red", "green", "blue"):
        style.write_text(f"@layer base {{ a {{ color: {color}; }} }}", "utf-8")
        builder["build"](checkout)
        names.append(manifest(dist)["app.css"])

    assert [(dist / name).exists() for name in names] == [False, True, True]
    assert {path.suffix for path in dist.iterdir()} == {".css", ".js", ".svg", ".woff2", ".gz", ".json"}


def test_text_files_lie_there_compressed_too(environment: Environment) -> None:
    for name in manifest(DIST).values():
        if not name.endswith(".woff2"):
            assert gzip.decompress((DIST / f"{name}.gz").read_bytes()) == (DIST / name).read_bytes()


def test_the_stylesheet_names_the_fonts_by_their_hashed_names(environment: Environment) -> None:
    files = manifest(DIST)
    style = (DIST / files["app.css"]).read_text("utf-8")

    assert set(re.findall(r"url\(([^)]+)\)", style)) == {files["inter-latin.woff2"], files["inter-latin-ext.woff2"]}


def test_every_source_is_in_the_build(builder: dict[str, Any]) -> None:
    assert sorted(builder["STYLES"]) == sorted(path.stem for path in (SOURCES / "css").glob("*.css"))
    assert sorted(builder["SCRIPTS"]) == sorted(path.stem for path in (SOURCES / "js").glob("*.js"))


def test_the_sizes_stay_within_the_budget(environment: Environment) -> None:
    size = {
        name: (DIST / f"{hashed}.gz").stat().st_size for name, hashed in manifest(DIST).items() if "woff2" not in hashed
    }

    assert size["htmx.js"] + size["app.js"] <= 60_000
    assert size["app.css"] <= 25_000
    assert size["icons.svg"] <= 6_000
    assert (DIST / manifest(DIST)["inter-latin.woff2"]).stat().st_size <= 50_000


def test_the_lock_names_versions_and_hashes_but_no_addresses() -> None:
    lock = (ROOT / "package-lock.json").read_text("utf-8")

    assert "://" not in lock
    assert all(package.get("integrity") for name, package in json.loads(lock)["packages"].items() if name)


def test_styles_use_logical_properties_only() -> None:
    side = "(left|right|top|bottom)"
    physical = rf"(?<![\w-])((margin|padding|border|inset)-{side}|{side}|(min-|max-)?(width|height))\s*:"
    for path in (SOURCES / "css").glob("*.css"):
        style = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        found = [line for line in style.splitlines() if re.search(physical, line)]
        assert found == [], path.name
