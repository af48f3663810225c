"""What happened to the desk as a whole."""

from dataclasses import dataclass
from typing import ClassVar

from codex.kernel.facts import AdminFact


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLoaded(AdminFact):
    """The demo's tickets were made; the audit log's word for it is what keeps them from being made twice."""

    type: ClassVar[str] = "DEMO_LOADED"
    tickets: int

    def payload(self) -> dict[str, object]:
        """How many tickets."""
        return {"tickets": self.tickets}
