"""Changes of a customer that Partner Center does not have yet become part of the call that adds it.

A customer is in the book as soon as the person adds it, but its call may wait, or be refused for a
wrong value. An edit then corrects that call, which is sent (again) with the new values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.changes.history import as_json, as_object
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.customers.records import BILLING, COMPANY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.changes.calls import Call
    from partnerdesk.models.changes.plan import Fields, Step

_PROFILES = {
    BILLING.table: None,
    COMPANY.table: ("organization_registration_number",),
}
"""The records whose fields the call has, by table, with those fields; None for all."""


def calls_to_add(
    session: Session,
    customer_id: int | None,
    steps: Iterable[Step],
    calls: Sequence[Call],
    at: datetime,
) -> Sequence[Call]:
    """Return the calls that a plan adds to the outbox.

    Where Partner Center does not have the customer yet, this corrects the call that adds it.

    Args:
        session: an open session that writes.
        customer_id: the customer of the plan; None for none.
        steps: the steps of the plan.
        calls: the calls of the plan.
        at: the moment of the plan.
    """
    changed = _changed(steps)
    if customer_id is None or not changed:
        return calls
    creation = session.exec(
        select(OutboxCall)
        .where(
            OutboxCall.customer_id == customer_id,
            OutboxCall.operation == Operation.CREATE_CUSTOMER,
            col(OutboxCall.state).in_((CallState.WAITING, CallState.FAILED)),
        )
        .with_for_update()
    ).first()
    if creation is None:
        return calls
    arguments = as_object(creation.arguments) | changed
    creation.arguments = as_json({name: value for name, value in arguments.items() if value})
    creation.state, creation.changed_at = CallState.WAITING, at
    return [call for call in calls if call.operation is not Operation.UPDATE_BILLING_PROFILE]


def _changed(steps: Iterable[Step]) -> Fields:
    """Return the fields of the call that steps change, with their new values."""
    changed: Fields = {}
    for step in steps:
        if step.record.table in _PROFILES and step.after is not None and step.before is not None:
            names = _PROFILES[step.record.table]
            changed |= {
                name: value for name, value in step.after.items() if names is None or name in names
            }
    return changed
