"""Carries out a plan and the changes that follow from it; screens and commands call this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.operations.close_invitations import close_matched
from partnerdesk.models.operations.execute import execute

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.database.store import Store


def carry_out(store: Store, plan: Plan, why: str = "") -> Outcome:
    """Carry out a plan: write records, history and outbox in one transaction.

    A plan that was carried out before, by this or another process, changes nothing.

    Args:
        store: the book.
        plan: the plan.
        why: the person's reason for the history; if empty, `plan.why` is used.

    Raises:
        RefusedError: the plan is refused, or another customer got the domain meanwhile.
        ConflictError: a record was changed since the plan was made.
        NotFoundError: the customer was removed from the book meanwhile.
        StoreError: the book cannot be written.
    """
    outcome = execute(store, plan, why)
    follow_up(store, plan, outcome)
    return outcome


def follow_up(store: Store, plan: Plan, outcome: Outcome) -> None:
    """Make the changes that follow from a written plan: a new customer closes its invitations.

    Raises:
        StoreError: the book cannot be written.
    """
    if plan.kind == "added" and not outcome.repeated:
        close_matched(store, [plan.target.account_id], plan.by.actor, plan.by.at)
