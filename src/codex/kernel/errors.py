"""What can go wrong in words fit for a screen; a door maps each kind to its status, anything else is a bug."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class CodexError(Exception):
    """The base of every refusal; its text is one sentence a person can act on."""


class NotFound(CodexError):
    """It does not exist, or the actor may not know that it does: the two look the same."""


class Unauthenticated(CodexError):
    """Nobody is known to be asking: no credentials, or ones that no longer hold."""


class Forbidden(CodexError):
    """The actor may see it and may not do this to it."""


class NeedsProof(Forbidden):
    """Before this, people prove anew who they are: their last proof is too long ago."""


class TooOften(CodexError):
    """It was tried too often; after `retry_after` it may be tried again."""

    def __init__(self, message: str, *, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Conflict(CodexError):
    """What is asked does not fit the present state; `allowed` names what would."""

    def __init__(self, message: str, *, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.allowed = allowed


class StaleVersion(CodexError):
    """The caller's idea of the resource is older than the resource."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input: where (`priority`, `customFields.<id>`) and what."""

    path: str
    message: str


class Unprocessable(CodexError):
    """Well-formed, and still impossible: an assignee who is not in the team, say. `problems` names what, if known."""

    def __init__(self, message: str, *, path: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.path = path
        self.problems = tuple(problems) or ((Problem(path, message),) if path else ())


class Invalid(CodexError):
    """The input itself is wrong; every problem is named at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(p.message for p in problems) or "The input is not valid.")
        self.problems = problems


class SetupError(CodexError):
    """The installation cannot work as it is set up: a wrong setting, an unreachable database, a taken port."""


def require(allowed: bool, message: str = "You may not do this.") -> None:
    """Refuse with Forbidden unless allowed; the first line of every command."""
    if not allowed:
        raise Forbidden(message)
