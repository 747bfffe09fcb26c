"""The front door of every change: carries a plan out, once and whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.operations.close_invitations import close_matched
from partnerdesk.models.operations.execute import execute

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.database.store import Store


def carry_out(store: Store, plan: Plan, why: str = "") -> Outcome:
    """Carry out a plan: rows, history and outbox in one transaction, or nothing at all.

    A plan that was carried out already, here or by another process, is not carried out again.

    Raises:
        RefusedError: the plan is refused, or the domain came into the book meanwhile.
        ConflictError: a record is not any more as it was when the plan was made.
        StoreError: the book cannot be written.
    """
    outcome = execute(store, plan, why)
    follow_up(store, plan, outcome)
    return outcome


def follow_up(store: Store, plan: Plan, outcome: Outcome) -> None:
    """Do what follows elsewhere in the book from a plan that was written.

    Raises:
        StoreError: the book cannot be written.
    """
    if plan.kind == "added" and not outcome.repeated:
        close_matched(store, [plan.target.account_id], plan.by.actor, plan.by.at)
