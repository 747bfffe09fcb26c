"""Settles calls to Partner Center in the book: confirmed, given up, or chosen after a conflict.

Where records of the book change by it, the history gets an entry, as for any other change.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlmodel import select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.accounts.records import ACCOUNT
from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.changes.fields import fields_of
from partnerdesk.models.changes.history import as_json, as_object
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.changes.plan import Fields, Plan, PlanContext, Step, Target
from partnerdesk.models.changes.waiting_calls import (
    OPEN,
    TO_SEND,
    Exchange,
    call_of,
    later_calls,
    set_state,
)
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.core.verdicts import Verdict, why_refused
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.customers.records import CUSTOMER
from partnerdesk.models.database.store import changed_meanwhile
from partnerdesk.models.languages import _
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.edits import EDITS
from partnerdesk.models.operations.execute import key_names, write_plan
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.subscriptions.entities import Subscription

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlmodel import Session, SQLModel

    from partnerdesk.models.changes.plan import Outcome
    from partnerdesk.models.changes.record_kind import RecordKind
    from partnerdesk.models.database.store import Store


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What reading back showed; fields that the book has already make no entry."""

    answer: str
    """For the person, in words."""
    exchange: Exchange | None = None
    customer: Fields = field(default_factory=dict)
    billing: Fields = field(default_factory=dict)
    account: Fields = field(default_factory=dict)
    subscription: Fields = field(default_factory=dict)


def confirm(store: Store, id: int, told: Confirmation, by: PlanContext) -> OutboxCall:
    """Mark a call as confirmed, and write what was read back into the book; return the call.

    Raises:
        ConflictError: another process settled the call.
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        call = call_of(session, id, locked=True)
        if call.state not in TO_SEND:
            raise changed_meanwhile()
        steps, subject = _told_steps(session, call, told)
        if steps:
            write_plan(session, _plan(session, call, by, subject, steps), "")
        customer = session.get(Customer, call.customer_id or 0)
        if customer is not None and customer.microsoft_id and customer.ended_at is None:
            customer.read_at = customer.seen_at = by.at
            customer.gone_at = None
        if told.subscription:
            _note_seen(session, call, by.at)
        set_state(call, CallState.CONFIRMED, told.answer, by.at, exchange=told.exchange)
        call.found, call.not_before = "", None
    return call


def _told_steps(session: Session, call: OutboxCall, told: Confirmation) -> tuple[list[Step], str]:
    """Return the steps that write what was told, and the name of the changed thing."""
    customer = session.get(Customer, call.customer_id or 0)
    account = session.get_one(PartnerAccount, call.account_id)
    steps = [_step(ACCOUNT, account, {"id": account.id}, told.account)]
    subject = account.name or account.tenant_id
    if customer is not None:
        subject = customer.company_name
        fields = told.customer if _is_free(session, customer, told.customer) else {}
        steps.append(_step(CUSTOMER, customer, {"id": customer.id}, fields))
    for operation, fields in (
        (Operation.UPDATE_BILLING_PROFILE, told.billing),
        (Operation.UPDATE_SUBSCRIPTION, told.subscription),
    ):
        steps.append(_edited(session, call, operation, fields))
    return [step for step in steps if step is not None], subject


def _edited(
    session: Session, call: OutboxCall, operation: Operation, fields: Fields
) -> Step | None:
    """Return the step that writes what was told of an edited record.

    What later calls of the same record want stays as the book has it.
    """
    edit = EDITS[operation]
    row = edit.row(session, call) if fields else None
    if row is None:
        return None
    wanted: set[str] = set()
    for later in later_calls(session, call):
        arguments = as_object(later.arguments)
        if later.operation == operation and edit.row(session, later) is row:
            wanted |= arguments.get("wanted", {}).keys()
    free = {name: value for name, value in fields.items() if name not in wanted}
    return _step(edit.record, row, key_of(row), free)


def _note_seen(session: Session, call: OutboxCall, at: datetime) -> None:
    row = EDITS[Operation.UPDATE_SUBSCRIPTION].row(session, call)
    if isinstance(row, Subscription):
        row.seen_at, row.gone_at = at, None


def key_of(row: SQLModel) -> Fields:
    """Return the key of a stored record, as steps hold it."""
    return {name: getattr(row, name) for name in key_names(type(row))}


def _is_free(session: Session, customer: Customer, fields: Fields) -> bool:
    """Return whether no other customer of the account has the Microsoft ID that was told."""
    other = select(Customer.id).where(
        Customer.account_id == customer.account_id,
        Customer.microsoft_id == fields.get("microsoft_id", ""),
        Customer.id != customer.id,
    )
    return session.exec(other).first() is None


def _step(record: RecordKind, row: SQLModel, key: Fields, fields: Fields) -> Step | None:
    before = fields_of(row, list(fields))
    changed = [name for name in before if before[name] != fields[name]]
    if not changed:
        return None
    old, new = ({name: side[name] for name in changed} for side in (before, fields))
    return Step(record, key, old, new)


def _plan(
    session: Session,
    call: OutboxCall,
    by: PlanContext,
    subject: str,
    steps: Iterable[Step],
    kind: ChangeKind = ChangeKind.SENT,
    **details: Any,
) -> Plan:
    cloud = session.get_one(PartnerAccount, call.account_id).cloud
    target = Target(call.account_id, cloud, subject, call.customer_id)
    own = replace(by, plan_id=str(uuid4()))
    return Plan.of(kind, own, target, tuple(steps), **details)


def give_up(store: Store, id: int, by: PlanContext, why: str = "") -> tuple[OutboxCall, bool]:
    """Give a call up, and take its change back in the book.

    Where the change cannot be taken back any more, only the call is given up, and the book keeps
    the change; the history says so.

    Returns: the call, and whether the change was taken back.

    Raises:
        NotFoundError: there is no such call.
        RefusedError: the call is settled or may have had an effect, or later calls wait for it.
        StoreError: the book cannot be written.
    """
    with store.reading() as session:
        call = call_of(session, id)
        _refuse_give_up(session, call)
    plan = plan_undo(store, call.change_id, by)
    if plan.verdict is not Verdict.REFUSED:
        carry_out(store, plan, why)
        with store.reading() as session:
            return call_of(session, id), True
    with store.writing() as session:
        call = call_of(session, id, locked=True)
        _refuse_give_up(session, call)
        text = _("Given up; the book keeps the change: {reason}").format(
            reason=why_refused(plan.reasons)
        )
        set_state(call, CallState.GAVE_UP, text, by.at, exchange=None)
        summary: tuple[Fields, Fields] = ({}, {"given_up": call.about})
        only = _plan(session, call, by, plan.target.name, (), summary=summary, only_summary=True)
        write_plan(session, only, why)
    return call, False


def _refuse_give_up(session: Session, call: OutboxCall) -> None:
    if call.state not in OPEN:
        raise RefusedError(_("Call {id} is settled already.").format(id=call.id))
    if call.state in (CallState.SENDING, CallState.SENT):
        raise RefusedError(
            _("Call {id} may have had an effect at Partner Center.").format(id=call.id),
            _("Send it: then it is looked up first. partnerdesk outbox send"),
        )
    if later := later_calls(session, call):
        ids = ", ".join(str(other.id) for other in later[:5])
        text = _("Later calls of the same customer wait behind it; give those up first: {ids}.")
        raise RefusedError(text.format(ids=ids))


@dataclass(frozen=True, slots=True)
class ConflictField:
    """A field that the person and somebody at Partner Center changed differently."""

    name: str
    """The column of the record that is edited."""
    base: Any
    """The value that both began with, as far as the book knows."""
    ours: Any
    theirs: Any


def conflict_of(call: OutboxCall) -> list[ConflictField]:
    """Return the fields in conflict of a call; none if it is not in conflict."""
    if call.state != CallState.CONFLICT:
        return []
    arguments, found = as_object(call.arguments), as_object(call.found)
    wanted, base = arguments.get("wanted", {}), arguments.get("base", {})
    return [
        ConflictField(name, base.get(name, ""), wanted.get(name, ""), value)
        for name, value in found.get("theirs", {}).items()
    ]


def settle_conflict(
    store: Store, id: int, theirs: Collection[str], by: PlanContext
) -> tuple[OutboxCall, Outcome]:
    """Settle a conflict: keep their values of some fields, and send ours of the others.

    Args:
        store: the book.
        id: the call.
        theirs: the names of the fields whose value at Partner Center stays.
        by: who decides, and when.

    Raises:
        NotFoundError: there is no such call.
        RefusedError: the call is not in conflict.
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        call = call_of(session, id, locked=True)
        clashing = conflict_of(call)
        if not clashing:
            raise RefusedError(_("Call {id} is not in conflict.").format(id=id))
        arguments = as_object(call.arguments)
        taken = {one.name: one.theirs for one in clashing if one.name in theirs}
        kept = {one.name: one for one in clashing if one.name not in theirs}
        wanted = {name: text for name, text in arguments["wanted"].items() if name not in taken}
        base = {name: arguments["base"].get(name, "") for name in wanted}
        base |= {name: one.theirs for name, one in kept.items()}
        call.arguments = as_json(arguments | {"wanted": wanted, "base": base})
        if wanted:
            set_state(call, CallState.WAITING, _("Chosen; it is sent again."), by.at, exchange=None)
        else:
            text = _("What Partner Center has was kept.")
            set_state(call, CallState.GAVE_UP, text, by.at, exchange=None)
        call.found = ""
        outcome = write_plan(session, _chosen_plan(session, call, by, taken, kept), "")
    return call, outcome


def _chosen_plan(
    session: Session,
    call: OutboxCall,
    by: PlanContext,
    taken: Fields,
    kept: dict[str, ConflictField],
) -> Plan:
    """Return the plan that writes the chosen values into the book, and the choice into history."""
    customer = session.get(Customer, call.customer_id or 0)
    edit = EDITS[call.operation]
    row = edit.row(session, call)
    step = _step(edit.record, row, key_of(row), taken) if row is not None else None
    before = {name: one.theirs for name, one in kept.items()}
    after = {name: one.ours for name, one in kept.items()}
    if step is not None:
        before |= step.before or {}
        after |= step.after or {}
    summary = (edit.record.named(before), edit.record.named(after))
    subject = customer.company_name if customer is not None else call.about
    steps = (step,) if step is not None else ()
    return _plan(session, call, by, subject, steps, summary=summary, only_summary=True)
