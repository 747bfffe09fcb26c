"""The operations that change fields of a record at Partner Center, as data.

A call of one of them holds each field as it was (`base`) and as it should be (`wanted`), by the
book's own names. So a conflict can be settled and a confirmed change be taken back in one way.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.changes.history import as_object
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.customers import edit
from partnerdesk.models.customers.entities import BillingProfile, Customer
from partnerdesk.models.customers.records import BILLING
from partnerdesk.models.subscriptions import change, renewal
from partnerdesk.models.subscriptions.entities import Subscription
from partnerdesk.models.subscriptions.records import SUBSCRIPTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlmodel import Session, SQLModel

    from partnerdesk.models.changes.calls import Call
    from partnerdesk.models.changes.history import Change
    from partnerdesk.models.changes.plan import PlanContext, Step
    from partnerdesk.models.changes.record_kind import RecordKind
    from partnerdesk.models.core.verdicts import Reason


@dataclass(frozen=True, slots=True)
class Edit:
    """An operation that changes fields of one record, and how such a change is taken back."""

    record: RecordKind
    """The kind of the record."""
    kinds: frozenset[ChangeKind]
    """The kinds of changes that make a call of it."""
    row: Callable[[Session, OutboxCall], SQLModel | None]
    """Returns the record of a call; None if the book has it no more."""
    reverse: Callable[[Session, Change, Step, PlanContext], tuple[Call, ...]]
    """Returns the call that writes a step which takes a change back."""
    refusals: Callable[[Session, Step, PlanContext], list[Reason]]
    """Returns why Partner Center would not take such a step."""
    reversed: Callable[[Step], Step]
    """Returns a step that takes a change back as Partner Center does it."""


def _billing_of(session: Session, call: OutboxCall) -> BillingProfile | None:
    return session.get(BillingProfile, call.customer_id or 0)


def _reverse_billing(
    session: Session, entry: Change, step: Step, by: PlanContext
) -> tuple[Call, ...]:
    customer = session.get(Customer, entry.customer_id or 0)
    return edit.update_calls(customer, [step], by) if customer is not None else ()


def _no_refusals(_session: Session, _step: Step, _by: PlanContext) -> list[Reason]:
    return []


def _as_it_is(step: Step) -> Step:
    return step


def _subscription_of(session: Session, call: OutboxCall) -> Subscription | None:
    wanted = select(Subscription).where(
        Subscription.account_id == call.account_id,
        Subscription.microsoft_id == as_object(call.arguments).get("subscription_id"),
    )
    return session.exec(wanted).first()


def _reverse_subscription(
    session: Session, _entry: Change, step: Step, by: PlanContext
) -> tuple[Call, ...]:
    row = _row_of(session, step)
    return change.update_calls(row, [step], by) if row is not None else ()


def _subscription_refusals(session: Session, step: Step, by: PlanContext) -> list[Reason]:
    row, wanted = _row_of(session, step), step.after or {}
    if row is None:
        return []
    return [
        *change.why_not_sent_back(row, wanted, by.at),
        *renewal.why_not_scheduled_back(row, wanted),
    ]


def _row_of(session: Session, step: Step) -> Subscription | None:
    id: Any = step.key.get("id")
    return session.get(Subscription, id) if id is not None else None


EDITS: Mapping[str, Edit] = MappingProxyType(
    {
        Operation.UPDATE_BILLING_PROFILE: Edit(
            BILLING,
            frozenset({ChangeKind.UPDATED, ChangeKind.UNDONE}),
            _billing_of,
            _reverse_billing,
            _no_refusals,
            _as_it_is,
        ),
        Operation.UPDATE_SUBSCRIPTION: Edit(
            SUBSCRIPTION,
            frozenset({ChangeKind.SUBSCRIPTION, ChangeKind.UNDONE}),
            _subscription_of,
            _reverse_subscription,
            _subscription_refusals,
            change.without_schedule,
        ),
    }
)
"""Every operation that edits, by its stored name."""
_BY_TABLE = {known.record.table: known for known in EDITS.values()}


def is_taken_back_there(session: Session, entry: Change) -> bool:
    """Return whether an undo of a change has to be sent: the other side has it, or may have it."""
    account = session.get(PartnerAccount, entry.account_id or 0)
    if account is None or not account.connected:
        return False
    withdrawn = select(OutboxCall.id).where(
        OutboxCall.change_id == entry.id,
        col(OutboxCall.state).not_in((CallState.CONFIRMED, CallState.JOINED)),
    )
    return session.exec(withdrawn).first() is None


def taken_back(entry: Change, step: Step) -> Step:
    """Return a step of an undo that has to be sent as Partner Center does it."""
    edit = _edit_of(entry, step)
    return edit.reversed(step) if edit is not None else step


def reverse_calls(
    session: Session, entry: Change, steps: Iterable[Step], by: PlanContext
) -> tuple[Call, ...]:
    """Return the call that takes an edit back at Partner Center; none if nothing is edited."""
    for step in steps:
        edit = _edit_of(entry, step)
        if edit is not None and (calls := edit.reverse(session, entry, step, by)):
            return calls
    return ()


def reverse_refusals(
    session: Session, entry: Change, steps: Iterable[Step], by: PlanContext
) -> list[Reason]:
    """Return why Partner Center would not take an edit back."""
    edits = [(_edit_of(entry, step), step) for step in steps]
    return [
        reason
        for edit, step in edits
        if edit is not None
        for reason in edit.refusals(session, step, by)
    ]


def _edit_of(entry: Change, step: Step) -> Edit | None:
    edit = _BY_TABLE.get(step.record.table)
    return edit if edit is not None and entry.kind in edit.kinds else None
