"""Closes invitations whose customers came into the book: Partner Center tells of no acceptance.

"After acceptance the customer appears in the list" (`reference/rules.md §7`), so an import, or a
customer added by hand, is how one learns of it. What is certain (the same tenant or domain, or the
very customer that was invited) is recorded at once; the same name alone is only offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from sqlmodel import col, or_, select

from partnerdesk.models.changes.plan import PlanContext
from partnerdesk.models.core.errors import ConflictError, NotFoundError
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.languages import _
from partnerdesk.models.operations.execute import execute
from partnerdesk.models.relationships.entities import Invitation
from partnerdesk.models.relationships.invitation_details import InvitationDetails, read_invitation
from partnerdesk.models.relationships.invitation_events import plan_accept
from partnerdesk.models.relationships.invite import RELATED
from partnerdesk.models.relationships.lifecycles import OPEN_INVITATIONS, InvitationState

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.customers.entities import Customer
    from partnerdesk.models.database.store import Store


def close_matched(store: Store, account_ids: list[int], actor: Actor, at: datetime) -> int:
    """Record the acceptance of every invitation whose customer surely came; return how many.

    Two processes that see the same customer come record it once.

    Raises:
        StoreError: the book cannot be read or written.
    """
    closed = 0
    for id in _matched(store, account_ids):
        plan = _plan_for(store, id, actor, at)  # only now: the one before may be about the same
        if plan is None or plan.verdict is Verdict.REFUSED:
            continue
        try:
            outcome = execute(store, plan, _("The customer came into the book."))
        except (ConflictError, NotFoundError):  # somebody else is at it at this moment
            continue
        closed += outcome.change_id is not None and not outcome.repeated
    return closed


def _matched(store: Store, account_ids: list[int]) -> list[int]:
    """Return the ids of the invitations whose customer surely came, the oldest first."""
    with store.reading() as session:
        waiting = select(Invitation).where(
            col(Invitation.account_id).in_(account_ids),
            or_(
                col(Invitation.state).in_(OPEN_INVITATIONS),
                (col(Invitation.state) == InvitationState.ACCEPTED)
                & col(Invitation.customer_id).is_(None),
            ),
        )
        found = session.exec(waiting.order_by(col(Invitation.id))).all()
        return [
            int(one.id or 0) for one in found if surely(InvitationDetails(session, one)) is not None
        ]


def _plan_for(store: Store, invitation_id: int, actor: Actor, at: datetime) -> Plan | None:
    """Plan one acceptance. Its id is that of the pair: once taken back, it is not made again."""
    case = read_invitation(store, invitation_id)
    customer = surely(case)
    if customer is None:
        return None
    key = f"partnerdesk:invitation/{invitation_id}/{customer.id}"
    return plan_accept(case, PlanContext(actor, at, str(uuid5(NAMESPACE_URL, key))), customer)


def surely(case: InvitationDetails) -> Customer | None:
    """Return the customer who surely accepted; None where nobody did, or it is not certain."""
    invited = case.customer
    if invited is not None:
        came = invited.ended_at is None and invited.relationship_to_partner in RELATED
        return invited if came and not case.invitation.related_before else None
    certain = [customer for customer, sure in case.likely if sure]
    return certain[0] if len(certain) == 1 else None
