"""Who may change the classification (authorization.md, "Administration")."""

from codex.kernel.actor import Actor


def may_administer_categories(actor: Actor) -> bool:
    """Categories belong to no team: owners, and the product itself."""
    return not actor.is_person or actor.is_owner
