"""The outbox: stores the calls to be sent, and sends the calls of a channel.

    tried, left = send_calls(store, Channel.MAIL, hand_over, clock)

The program marks a call as being sent (it *claims* the call) before it contacts the other side. If
the program is killed then, or the connection breaks before the other side answers, nobody knows
whether the call arrived. Such a call keeps its mark and is never sent again automatically;
`unsure_calls` lists it until a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel, col, select

from partnerdesk.models.changes import calls, history
from partnerdesk.models.changes.calls import Channel
from partnerdesk.models.changes.list import CALL_STATES
from partnerdesk.models.core.errors import AppError, ConflictError, ExitCode
from partnerdesk.models.core.stored import Titles
from partnerdesk.models.database.column_types import (
    EMPTY,
    Whole,
    choice_column,
    moment_column,
    version_column,
    versioned,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlmodel.sql.expression import SelectOfScalar

    from partnerdesk.models.database.store import Store


class CallState(StrEnum):
    """The progress of a call."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    """The other side accepted the call; nobody has read the result back yet."""
    CONFIRMED = "confirmed"
    """Reading back showed that the other side has what was sent."""
    JOINED = "joined"
    """What was to be sent became part of another call, which is sent instead."""
    CONFLICT = "conflict"
    """Somebody else changed the same fields at the other side; a person has to choose."""
    FAILED = "failed"
    """The call surely did not succeed; it can be tried again."""
    GAVE_UP = "gave_up"


CALL_STATE_TITLES = Titles({state: CALL_STATES[state] for state in CallState})
"""The title of each state on the screen."""


def _masked_text() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False, server_default=EMPTY))


@versioned
class OutboxCall(SQLModel, table=True):
    """One call of the outbox. The calls of a channel are sent in the order of their ids."""

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_by_state", "state", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    change_id: int = Field(foreign_key="changes.id", index=True)
    account_id: int = Field(foreign_key="partner_accounts.id")
    customer_id: int | None = Field(default=None, index=True)
    """The customer that the call is about; None for a call about no single customer."""
    channel: Channel = Field(sa_column=choice_column(Channel))
    operation: str
    """A value of `Operation`, or a text of an older program that no operation matches."""
    arguments: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON object of the arguments, by the names of the book's own columns; without secrets."""
    request_id: str = Field(index=True, unique=True)
    """The GUID of the call; an attempt after one without an answer keeps it."""
    state: CallState = Field(default=CallState.WAITING, sa_column=choice_column(CallState))
    attempts: int = Field(default=0, sa_type=Whole)
    answer: str = Field(default="", sa_column=Column(Text, nullable=False))
    """What the other side said last, in words."""
    correlation_id: str = Field(default="", sa_column_kwargs={"server_default": EMPTY})
    """The GUID by which the other side finds the last attempt in its logs."""
    http_status: int | None = Field(default=None, sa_type=Whole)
    """The HTTP status of the last answer; None for no answer, or a channel without HTTP."""
    code: str = Field(default="", sa_column_kwargs={"server_default": EMPTY})
    """The other side's own code of the last error; empty for none."""
    request: str = _masked_text()
    """The last request as text, with secrets masked."""
    response: str = _masked_text()
    """The last answer as text, with secrets masked."""
    found: str = _masked_text()
    """JSON object of what the other side told: the id of what was made, or fields in conflict."""
    not_before: datetime | None = Field(default=None, sa_column=moment_column())
    """When the other side may be asked again; None for at once."""
    changed_at: datetime | None = Field(default=None, sa_column=moment_column())
    version: int = Field(default=1, sa_column=version_column())

    @property
    def about(self) -> str:
        """The subject of the call, such as a domain; empty if its arguments name none."""
        return calls.about(self.operation, history.as_object(self.arguments))


@dataclass(frozen=True, slots=True)
class TriedCall:
    """A call after an attempt to send it."""

    call: OutboxCall
    error: AppError | None = None
    """Why the attempt failed; None if it succeeded."""


def send_calls(
    store: Store,
    channel: Channel,
    hand_over: Callable[[OutboxCall], str],
    clock: Callable[[], datetime],
    change_id: int | None = None,
    *,
    again: bool = False,
) -> tuple[list[TriedCall], int]:
    """Send the waiting calls of a channel, in the order in which they were written.

    If the other side cannot be reached, the remaining calls are not tried; they keep waiting.

    Args:
        store: the book.
        channel: the channel whose calls are sent.
        hand_over: sends a call and returns the answer of the other side. It raises an `AppError`
            if that fails; the error is `uncertain` if the call may have arrived nevertheless.
        clock: returns the present moment.
        change_id: send only the calls of this change; None for all.
        again: whether calls that failed before are tried again.

    Returns: the calls that were tried, and the number of calls that were not.

    Raises:
        RefusedError: the console is in read-only mode.
        StoreError: the book cannot be read or written.
    """
    store.refuse_writing()
    states = (CallState.WAITING, CallState.FAILED) if again else (CallState.WAITING,)
    waiting = _ids(store, channel, states, change_id)
    tried: list[TriedCall] = []
    for place, id in enumerate(waiting, 1):
        call = _claim(store, id, states, clock())
        if call is None:  # another process has it
            continue
        tried.append(_send(store, call, hand_over, clock))
        error = tried[-1].error
        if error is not None and error.exit_code is ExitCode.OFFLINE:
            return tried, len(waiting) - place
    return tried, 0


def unsure_calls(store: Store, channel: Channel) -> list[OutboxCall]:
    """Return the calls in state `sending`: under way, or nobody knows whether they arrived.

    Raises:
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        return list(session.exec(_unsure(channel)))


def settle_unsure(store: Store, channel: Channel, *, sent: bool, at: datetime) -> list[OutboxCall]:
    """Mark the unsure calls as sent, or as waiting to be sent again; return them.

    Only a person can decide this: a person who asked the recipient, or who accepts that a call may
    arrive twice.

    Raises:
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        unsure = list(session.exec(_unsure(channel).with_for_update()))
        for call in unsure:
            call.state = CallState.SENT if sent else CallState.WAITING
            call.changed_at = at
        return unsure


def _unsure(channel: Channel) -> SelectOfScalar[OutboxCall]:
    return (
        select(OutboxCall)
        .where(OutboxCall.channel == channel, OutboxCall.state == CallState.SENDING)
        .order_by(col(OutboxCall.id))
    )


def _ids(
    store: Store, channel: Channel, states: Sequence[CallState], change_id: int | None
) -> list[int]:
    with store.reading() as session:
        found = select(OutboxCall.id).where(
            OutboxCall.channel == channel, col(OutboxCall.state).in_(states)
        )
        if change_id is not None:
            found = found.where(OutboxCall.change_id == change_id)
        return [id for id in session.exec(found.order_by(col(OutboxCall.id))) if id is not None]


def _claim(store: Store, id: int, states: Sequence[CallState], at: datetime) -> OutboxCall | None:
    """Mark a call as being sent, in a transaction that ends before the other side is contacted.

    Returns: the call; None if another process claimed or changed it.
    """
    try:
        with store.writing() as session:
            call = session.get(OutboxCall, id, with_for_update=True)
            if call is None or call.state not in states:
                return None
            call.state, call.changed_at = CallState.SENDING, at
            call.attempts += 1
    except ConflictError:
        return None
    return call


def _send(
    store: Store,
    call: OutboxCall,
    hand_over: Callable[[OutboxCall], str],
    clock: Callable[[], datetime],
) -> TriedCall:
    """Send a claimed call, and store its new state and the answer."""
    error: AppError | None = None
    try:
        state, answer = CallState.SENT, hand_over(call)
    except AppError as failed:
        error, answer = failed, failed.message
        state = CallState.SENDING if failed.uncertain else CallState.FAILED
    with store.writing() as session:
        kept = session.get_one(OutboxCall, call.id, with_for_update=True)
        kept.state, kept.answer, kept.changed_at = state, answer, clock()
    return TriedCall(kept, error)
