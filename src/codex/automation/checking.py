"""What a rule says, as it is kept: checked whole, so that every problem is told at once with its path."""

from base64 import b64encode
from collections.abc import Sequence

from msgspec import structs

from codex.automation.models import SIGNING
from codex.automation.references import missing
from codex.automation.terms import RuleTerms, with_changes, words_for
from codex.automation.triggers import check_config
from codex.db.database import Reader
from codex.kernel.checks import Checks
from codex.kernel.criteria.reading import read
from codex.kernel.errors import Invalid, Problem, Unprocessable
from codex.kernel.seal import Seal
from codex.tickets.action_reading import read_actions
from codex.tickets.actions import Action, CallWebhook, written

DESCRIPTION_MOST = 2_000


async def checked(reader: Reader, terms: RuleTerms, *, former: RuleTerms | None, seal: Seal | None) -> RuleTerms:
    """The terms as they are kept: secrets sealed, those that are to stay taken from the former terms.

    Raises Invalid for what no rule can say, Unprocessable for what it names and there is not.
    """
    words = with_changes(await words_for(reader, [terms.conditions]))
    _, unfit = read(terms.conditions, words)
    actions, unread = read_actions(terms.actions)
    with Checks() as check:
        name = check.line("name", terms.name)
        description = check.text("description", terms.description or "", most=DESCRIPTION_MOST) or None
        if check.place("priority", terms.priority) < 0:
            check.fail("priority", "A place in the order is 0 or more.")
        check_config(check, terms.trigger, terms.trigger_config)
        check.problems += [*unfit, *unread]
        if not terms.actions:
            check.fail("actions", "A rule has at least one action.")
    gone = await missing(reader, actions, team_id=terms.team_id)
    if gone:
        raise Unprocessable(" ".join(problem.message for problem in gone), problems=gone)
    kept = _sealed(actions, webhooks_of(former), seal)
    return structs.replace(terms, name=name, description=description, actions=written(kept))


def webhooks_of(terms: RuleTerms | None) -> list[CallWebhook]:
    """The webhooks that kept terms call."""
    actions, _ = read_actions(terms.actions, is_kept=True) if terms else ((), ())
    return [action for action in actions if isinstance(action, CallWebhook)]


def _sealed(actions: Sequence[Action], former: Sequence[CallWebhook], seal: Seal | None) -> list[Action]:
    return [
        _sealed_webhook(action, former, seal, f"actions[{place}]") if isinstance(action, CallWebhook) else action
        for place, action in enumerate(actions)
    ]


def _sealed_webhook(action: CallWebhook, former: Sequence[CallWebhook], seal: Seal | None, path: str) -> CallWebhook:
    """A secret is sealed; one that is there already stays with its address, and goes nowhere else."""
    if action.secret is not None and seal is None:
        raise Invalid(Problem(f"{path}.secret", "Nothing can be sealed here; give no secret."))
    if action.secret is not None and seal is not None:
        return CallWebhook(action.url, sealed_secret=b64encode(seal.close(SIGNING, action.secret.encode())).decode())
    if not action.has_secret:
        return CallWebhook(action.url)
    kept = next((each.sealed_secret for each in former if each.url == action.url and each.sealed_secret), None)
    if kept is None:
        raise Invalid(Problem(f"{path}.secret", "There is no secret for this address yet; give one."))
    return CallWebhook(action.url, sealed_secret=kept)
