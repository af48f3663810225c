"""Every table, in one import: what migrations and the schema's documentation read."""

from codex.audit import models as audit
from codex.automation import models as automation
from codex.classification import models as classification
from codex.db.base import Base
from codex.desk import models as desk
from codex.httpkit import models as httpkit
from codex.identity import models as identity
from codex.imports import models as imports
from codex.notifications import models as notifications
from codex.routing import models as routing
from codex.sla import models as sla
from codex.tickets import hanging_models as hanging
from codex.tickets import models as tickets
from codex.worker import models as worker

__all__ = [
    "audit", "automation", "classification", "desk", "hanging", "httpkit", "identity", "imports", "metadata",
    "notifications", "routing", "sla", "tickets", "worker",
]  # fmt: skip

metadata = Base.metadata
