"""The queue of calls to Partner Center: which call is next, and how far each of them is.

A call is claimed before it is sent. Only one process sends for an account at a time (`alone` of
`models.database.exclusive`), so a claimed call that a sender finds was left by one that died: the
sender looks whether it took effect before it repeats it. The calls of one customer are sent in
their order; one that failed or is in conflict holds up those behind it until a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from partnerdesk.models.changes.calls import Channel, Operation
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.core.errors import NotFoundError, RefusedError
from partnerdesk.models.database.store import changed_meanwhile
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlmodel import Session
    from sqlmodel.sql.expression import SelectOfScalar

    from partnerdesk.models.database.store import Store

TO_SEND = (CallState.WAITING, CallState.SENDING, CallState.SENT)
"""The states of calls that a sender goes on with by itself."""
OPEN = (*TO_SEND, CallState.CONFLICT, CallState.FAILED)
"""The states of calls that hold up later calls of the same customer."""
NOT_TAKEN = (CallState.WAITING, CallState.FAILED)
"""The states of calls that surely had no effect, and can be sent with other values."""
WITHDRAWN = (CallState.WAITING, CallState.CONFLICT, CallState.FAILED)
"""The states of calls that surely had no effect, so that they can be given up."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer as they may be kept: secrets are masked."""

    request: str = ""
    response: str = ""
    http_status: int | None = None
    """None where no answer came."""
    code: str = ""
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A call that this process sends now."""

    call: OutboxCall
    was: CallState
    """The state before: `sending` if a sender died over the call, or its answer was lost."""


def next_call(
    store: Store, account_id: int, at: datetime, after: int = 0, customer_id: int | None = None
) -> int | None:
    """Return the id of the first call of an account that can be sent now; None if there is none.

    Args:
        store: the book.
        account_id: the account.
        at: the present moment; a call that has to wait until later is passed over.
        after: only calls with a greater id.
        customer_id: only calls of this customer; None for all.

    Raises:
        StoreError: the book cannot be read.
    """
    earlier = aliased(OutboxCall)
    held_up = (
        select(earlier.id)
        .where(
            earlier.customer_id == OutboxCall.customer_id,
            earlier.channel == Channel.PARTNER_CENTER,
            col(earlier.id) < col(OutboxCall.id),
            col(earlier.state).in_(OPEN),
        )
        .exists()
    )
    with store.reading() as session:
        found = _of_account(account_id).where(
            col(OutboxCall.state).in_(TO_SEND),
            col(OutboxCall.not_before) <= at,
            col(OutboxCall.id) > after,
            ~held_up,
        )
        if customer_id is not None:
            found = found.where(OutboxCall.customer_id == customer_id)
        call = session.exec(found.limit(1)).first()
    return call.id if call is not None else None


def open_calls(store: Store, account_ids: Sequence[int]) -> list[OutboxCall]:
    """Return the calls of some accounts that are not settled, in their order.

    Raises:
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        found = select(OutboxCall).where(
            col(OutboxCall.account_id).in_(list(account_ids)),
            OutboxCall.channel == Channel.PARTNER_CENTER,
            col(OutboxCall.state).in_(OPEN),
        )
        return list(session.exec(found.order_by(col(OutboxCall.id))))


def open_calls_of(session: Session, customer_id: int) -> list[OutboxCall]:
    """Return the calls about a customer that are not settled, in their order."""
    found = select(OutboxCall).where(
        OutboxCall.customer_id == customer_id,
        OutboxCall.channel == Channel.PARTNER_CENTER,
        col(OutboxCall.state).in_(OPEN),
    )
    return list(session.exec(found.order_by(col(OutboxCall.id))))


def is_correctable(call: OutboxCall) -> bool:
    """Return whether a call adds a customer and surely had no effect yet: it can be corrected."""
    return call.operation == Operation.CREATE_CUSTOMER and call.state in NOT_TAKEN


def waiting_count(store: Store, account_id: int) -> int:
    """Return how many calls of an account wait to be sent.

    Raises:
        StoreError: the book cannot be read.
    """
    return sum(call.state == CallState.WAITING for call in open_calls(store, [account_id]))


def has_open_call(store: Store, account_id: int, operation: str) -> bool:
    """Return whether a call of an operation of an account is not settled.

    Raises:
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        found = _of_account(account_id).where(
            OutboxCall.operation == operation, col(OutboxCall.state).in_(OPEN)
        )
        return session.exec(found.limit(1)).first() is not None


def read_call(store: Store, id: int) -> OutboxCall:
    """Return a call to Partner Center.

    Raises:
        NotFoundError: there is no such call.
    """
    with store.reading() as session:
        return call_of(session, id)


def call_of(session: Session, id: int, *, locked: bool = False) -> OutboxCall:
    """Return a call to Partner Center in an open session; raises as `read_call` does."""
    call = session.get(OutboxCall, id, with_for_update=locked) if 0 < id < 2**31 else None
    if call is None or call.channel != Channel.PARTNER_CENTER:
        raise NotFoundError(
            _("There is no call {id} to Partner Center.").format(id=id),
            _("Look for it with: partnerdesk outbox list --all"),
        )
    return call


def later_calls(session: Session, call: OutboxCall, *, locked: bool = False) -> list[OutboxCall]:
    """Return the open calls of the same customer behind a call, in their order."""
    if call.customer_id is None:
        return []
    found = _of_account(call.account_id).where(
        OutboxCall.customer_id == call.customer_id,
        col(OutboxCall.id) > (call.id or 0),
        col(OutboxCall.state).in_(OPEN),
    )
    return list(session.exec(found.with_for_update() if locked else found))


def claim(store: Store, id: int, at: datetime) -> Claimed | None:
    """Mark a call as being sent before it is sent; None if it is settled or withdrawn meanwhile.

    An attempt after an answered one gets a new request id, which is stored with it; one after an
    attempt without an answer keeps its id (`reference/protocol.md §7`).

    Raises:
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        call = session.get(OutboxCall, id, with_for_update=True)
        if call is None or call.state not in TO_SEND:
            return None
        was = CallState(call.state)
        if was is CallState.WAITING:
            if call.http_status is not None:
                call.request_id = str(uuid4())
            call.state, call.attempts = CallState.SENDING, call.attempts + 1
            call.http_status, call.code = None, ""
        call.changed_at, call.not_before = at, None
    return Claimed(call, was)


def note_state(
    store: Store,
    id: int,
    state: CallState,
    answer: str,
    at: datetime,
    *,
    exchange: Exchange | None = None,
    found: str | None = None,
    not_before: datetime | None = None,
    request_id: str = "",
) -> OutboxCall:
    """Store how far a call is that this process claimed; return the call.

    Args:
        store: the book.
        id: the call.
        state: its new state.
        answer: what the other side said, in words.
        at: the present moment.
        exchange: the last request and its answer; None to keep what is stored.
        found: JSON of what the other side told; None to keep what is stored.
        not_before: when it may be sent again; None for at once.
        request_id: the id of the last attempt, which a repetition has to keep; empty to keep what
            is stored.

    Raises:
        ConflictError: the call was settled by another process.
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        call = claimed_call(session, id)
        set_state(call, state, answer, at, exchange=exchange)
        call.not_before = not_before
        call.request_id = request_id or call.request_id
        if found is not None:
            call.found = found
    return call


def claimed_call(session: Session, id: int) -> OutboxCall:
    """Return a call that this process claimed, locked in an open session that writes.

    Raises:
        ConflictError: the call was settled by another process.
    """
    call = session.get_one(OutboxCall, id, with_for_update=True)
    if call.state not in (CallState.SENDING, CallState.SENT):
        raise changed_meanwhile()
    return call


def set_state(
    call: OutboxCall, state: CallState, answer: str, at: datetime, *, exchange: Exchange | None
) -> None:
    """Set the state of a call that an open session holds, with what the other side said."""
    call.state, call.answer, call.changed_at = state, answer, at
    if exchange is not None:
        call.request, call.response = exchange.request, exchange.response
        call.http_status, call.code = exchange.http_status, exchange.code
        call.correlation_id = exchange.correlation_id


def send_again(store: Store, id: int, at: datetime) -> OutboxCall:
    """Let a call that failed or waits for later be sent again at once; return it.

    Raises:
        NotFoundError: there is no such call.
        RefusedError: the call is settled, was accepted, or waits for a choice.
    """
    with store.writing() as session:
        call = call_of(session, id, locked=True)
        if call.state == CallState.CONFLICT:
            raise RefusedError(
                _("Call {id} waits for a choice.").format(id=id),
                _("Look, then choose: partnerdesk outbox show {id}").format(id=id),
            )
        if call.state not in (CallState.WAITING, CallState.FAILED, CallState.SENDING):
            raise RefusedError(_("Call {id} is settled already.").format(id=id))
        if call.state == CallState.FAILED:
            call.state = CallState.WAITING
        call.changed_at, call.not_before = at, None
    return call


def withdraw(
    session: Session, change_id: int, answer: str, at: datetime, *, is_reversed: bool
) -> list[OutboxCall]:
    """Give up the calls of a change that is undone; return them.

    Args:
        session: an open session that writes.
        change_id: the change.
        answer: why, in words.
        at: the present moment.
        is_reversed: whether other calls take back what confirmed calls did.

    Raises:
        ConflictError: a call is being sent, or was sent and nothing takes it back.
    """
    mine = select(OutboxCall).where(
        OutboxCall.change_id == change_id, OutboxCall.channel == Channel.PARTNER_CENTER
    )
    given_up = []
    for call in session.exec(mine.with_for_update()):
        if call.state in (CallState.GAVE_UP, CallState.JOINED):
            continue
        if is_reversed and call.state == CallState.CONFIRMED:
            continue
        if call.state not in WITHDRAWN:
            raise changed_meanwhile()
        set_state(call, CallState.GAVE_UP, answer, at, exchange=None)
        given_up.append(call)
    return given_up


def _of_account(account_id: int) -> SelectOfScalar[OutboxCall]:
    return (
        select(OutboxCall)
        .where(OutboxCall.account_id == account_id, OutboxCall.channel == Channel.PARTNER_CENTER)
        .order_by(col(OutboxCall.id))
    )
