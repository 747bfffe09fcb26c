"""Puts the fetching of the invitation link into the outbox, where an account lacks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.accounts.invitation_link import plan_fetch_link
from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.changes.waiting_calls import has_open_call
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.operations.carry_out import carry_out

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.database.store import Store


def stored_link(store: Store, account_id: int) -> str:
    """Return the invitation link of an account; empty if it has none.

    Raises:
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        return session.get_one(PartnerAccount, account_id).invitation_link


def queue_link(store: Store, account: Account, by: PlanContext) -> bool:
    """Put the call that fetches an account's link into the outbox; return whether one waits there.

    Nothing is done for an account that has a link, is kept by hand, or whose cloud has no such
    call.

    Raises:
        StoreError: the book cannot be read or written.
    """
    plan = plan_fetch_link(account, by)
    if plan.verdict is Verdict.REFUSED or stored_link(store, account.id):
        return False
    if not has_open_call(store, account.id, Operation.GET_INVITATION_LINK):
        carry_out(store, plan)
    return True
