"""Closes invitations whose customers appear in the book.

Partner Center reports no acceptance, but "After acceptance the customer appears in the list"
(`reference/rules.md §7`). So an import or a customer added by hand shows that an invitation was
accepted. A certain match (the same tenant or domain, or the invited customer itself) is recorded at
once. A match by name only is offered to the person.
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
    """Record the acceptance of every invitation with a certain match; return their number.

    If two processes find the same match, only one of them records it.

    Raises:
        StoreError: the book cannot be read or written.
    """
    closed = 0
    for id in _matched(store, account_ids):
        # Planned only now, because the previous invitation may have matched the same customer.
        plan = _plan_for(store, id, actor, at)
        if plan is None or plan.verdict is Verdict.REFUSED:
            continue
        try:
            outcome = execute(store, plan, _("The customer came into the book."))
        except (ConflictError, NotFoundError):  # another process changed the records meanwhile
            continue
        closed += outcome.change_id is not None and not outcome.repeated
    return closed


def _matched(store: Store, account_ids: list[int]) -> list[int]:
    """Return the ids of the invitations with a certain match, the oldest first."""
    with store.reading() as session:
        unmatched = select(Invitation).where(
            col(Invitation.account_id).in_(account_ids),
            or_(
                col(Invitation.state).in_(OPEN_INVITATIONS),
                (col(Invitation.state) == InvitationState.ACCEPTED)
                & col(Invitation.customer_id).is_(None),
            ),
        )
        return [
            int(invitation.id or 0)
            for invitation in session.exec(unmatched.order_by(col(Invitation.id))).all()
            if certain_customer(InvitationDetails(session, invitation)) is not None
        ]


def _plan_for(store: Store, invitation_id: int, actor: Actor, at: datetime) -> Plan | None:
    """Plan one acceptance; None if the match is not certain any more.

    The plan's id follows from the invitation and the customer. So an acceptance that a person has
    undone is not recorded again.
    """
    case = read_invitation(store, invitation_id)
    customer = certain_customer(case)
    if customer is None:
        return None
    key = f"partnerdesk:invitation/{invitation_id}/{customer.id}"
    return plan_accept(case, PlanContext(actor, at, str(uuid5(NAMESPACE_URL, key))), customer)


def certain_customer(case: InvitationDetails) -> Customer | None:
    """Return the customer who certainly accepted an invitation; None if no match is certain."""
    invited = case.customer
    if invited is not None:
        related = invited.ended_at is None and invited.relationship_to_partner in RELATED
        return invited if related and not case.invitation.related_before else None
    certain = [customer for customer, is_certain in case.likely if is_certain]
    return certain[0] if len(certain) == 1 else None
