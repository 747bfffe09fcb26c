"""Changes of a customer that Partner Center does not have yet become part of the call that adds it.

A customer is in the book as soon as the person adds it, but its call may wait, or be refused for a
wrong value. An edit then corrects that call, which is sent (again) with the new values. An edit
made while nobody knows whether the call arrived waits behind it; where it turns out that it was not
taken, that edit corrects it, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.changes.history import as_json, as_object
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.changes.waiting_calls import (
    OPEN,
    claimed_call,
    is_correctable,
    later_calls,
    set_state,
)
from partnerdesk.models.customers.records import BILLING, COMPANY, CUSTOMER
from partnerdesk.models.database.store import changed_meanwhile
from partnerdesk.models.operations.joined_calls import join, join_next_edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.changes.calls import Call
    from partnerdesk.models.changes.plan import Fields, Step
    from partnerdesk.models.changes.waiting_calls import Exchange
    from partnerdesk.models.database.store import Store

_PROFILES = {
    CUSTOMER.table: ("primary_domain",),
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

    Raises:
        ConflictError: the plan changes the domain, and the call was sent meanwhile.
    """
    changed = _changed(steps)
    if customer_id is None or not changed:
        return calls
    creation = session.exec(
        select(OutboxCall)
        .where(
            OutboxCall.customer_id == customer_id,
            OutboxCall.operation == Operation.CREATE_CUSTOMER,
            col(OutboxCall.state).in_(OPEN),
        )
        .with_for_update()
    ).first()
    if creation is None:
        return calls
    if not is_correctable(creation):
        if "primary_domain" in changed:
            raise changed_meanwhile()
        return calls
    _correct(creation, changed)
    creation.state, creation.changed_at = CallState.WAITING, at
    return [call for call in calls if call.operation is not Operation.UPDATE_BILLING_PROFILE]


def note_not_taken(
    store: Store,
    id: int,
    state: CallState,
    answer: str,
    at: datetime,
    exchange: Exchange,
    *,
    not_before: datetime | None = None,
) -> OutboxCall:
    """Note that a claimed call surely had no effect; return the call.

    Edits that wait behind a call that adds a customer become part of it. Was it refused, it is then
    sent again: the person has corrected it already. A refused edit becomes part of the next one.

    Args:
        store: the book.
        id: the call.
        state: `waiting` or `failed`.
        answer: why it was not taken, in words.
        at: the present moment.
        exchange: the last request and its answer.
        not_before: when it may be sent again; None for at once.

    Raises:
        ConflictError: the call was settled by another process.
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        call = claimed_call(session, id)
        set_state(call, state, answer, at, exchange=exchange)
        call.not_before = not_before
        if call.operation == Operation.CREATE_CUSTOMER and _join_edits(session, call, at):
            call.state = CallState.WAITING
        elif call.operation == Operation.UPDATE_BILLING_PROFILE and state is CallState.FAILED:
            join_next_edit(session, call, at)
    return call


def _join_edits(session: Session, creation: OutboxCall, at: datetime) -> bool:
    """Make edits behind an addition part of it; return whether there are any."""
    edits = [
        call
        for call in later_calls(session, creation, locked=True)
        if call.operation == Operation.UPDATE_BILLING_PROFILE and call.state == CallState.WAITING
    ]
    for edit in edits:
        _correct(creation, as_object(edit.arguments).get("wanted", {}))
        join(edit, creation, at)
    return bool(edits)


def _correct(creation: OutboxCall, changed: Fields) -> None:
    """Put changed fields into the call that adds a customer; it has no empty ones."""
    arguments = as_object(creation.arguments) | changed
    creation.arguments = as_json({name: value for name, value in arguments.items() if value})


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
