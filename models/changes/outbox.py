"""The outbox: calls that wait to be sent, and how they are sent, whichever channel carries them.

    tried, left = send_calls(store, Channel.MAIL, hand_over, clock)

A call is claimed, that is marked as being sent, before anybody outside is spoken to. Where the
program is killed then, or the connection is lost after the other side had it, nobody knows whether
it was done: it stays so marked, is never sent again by itself, and `unsure_calls` names it until a
person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel, col, select

from partnerdesk.models.changes import calls, history
from partnerdesk.models.changes.calls import Channel
from partnerdesk.models.changes.list import CALL_STATES
from partnerdesk.models.core.errors import AppError, ConflictError, ExitCode
from partnerdesk.models.database.column_types import (
    choice_column,
    moment_column,
    version_column,
    versioned,
)
from partnerdesk.models.database.store import refuse_read_only

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlmodel.sql.expression import SelectOfScalar

    from partnerdesk.models.database.store import Store


class CallState(StrEnum):
    """How far a call is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    """Answered with yes; not read back yet."""
    CONFIRMED = "confirmed"
    """Read back: the other side has what was sent."""
    FAILED = "failed"
    """Answered with no; it can be tried again."""
    GAVE_UP = "gave_up"


CALL_STATE_TITLES = {state: CALL_STATES[state] for state in CallState}
"""What each state is called on the screen."""


@versioned
class OutboxCall(SQLModel, table=True):
    """One call. It is made in the order of the ids, account by account."""

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_by_state", "state", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    change_id: int = Field(foreign_key="changes.id", index=True)
    account_id: int = Field(foreign_key="partner_accounts.id")
    channel: Channel = Field(sa_column=choice_column(Channel))
    operation: str
    """One of `Operation`; what an older program wrote and nobody knows keeps its own words."""
    arguments: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON in the names of the book's own columns; without secrets."""
    request_id: str = Field(index=True, unique=True)
    """The same when the call is repeated after a timeout, and only then."""
    state: CallState = Field(default=CallState.WAITING, sa_column=choice_column(CallState))
    attempts: int = 0
    answer: str = Field(default="", sa_column=Column(Text, nullable=False))
    """What the other side said last: code, words and correlation id."""
    changed_at: datetime | None = Field(default=None, sa_column=moment_column())
    version: int = Field(default=1, sa_column=version_column())

    @property
    def about(self) -> str:
        """Whom or what it is about; empty where its arguments do not say."""
        return calls.about(self.operation, history.as_object(self.arguments))


@dataclass(frozen=True, slots=True)
class TriedCall:
    """A call as it is after it was tried."""

    call: OutboxCall
    error: AppError | None = None
    """Why it was not sent this time."""


def send_calls(
    store: Store,
    channel: Channel,
    hand_over: Callable[[OutboxCall], str],
    clock: Callable[[], datetime],
    change_id: int | None = None,
    *,
    again: bool = False,
) -> tuple[list[TriedCall], int]:
    """Send the calls of a channel that wait, in the order in which they were written.

    Where the other side is not reached the rest is not tried: it waits on.

    Args:
        store: the book.
        channel: whose calls.
        hand_over: makes the call and returns what the other side said; it raises an `AppError`
            where it failed, an `uncertain` one where it may have been done all the same.
        clock: what time it is.
        change_id: only the calls of this change; None for all.
        again: whether calls that failed are tried again.

    Returns: the calls that were tried, and how many were not tried any more.

    Raises:
        RefusedError: the console is in read-only mode.
        StoreError: the book cannot be read or written.
    """
    refuse_read_only(read_only=store.read_only)
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
    """Return the calls of which nobody knows whether they were sent, or that are sent now.

    Raises:
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        return list(session.exec(_unsure(channel)))


def settle_unsure(store: Store, channel: Channel, *, sent: bool, at: datetime) -> list[OutboxCall]:
    """Count the unsure calls as sent, or let them wait to be sent again; return them.

    Only a person can say so: who looked, or who would rather send twice than not at all.

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


def _claim(
    store: Store, id: int, states: Sequence[CallState], at: datetime
) -> OutboxCall | None:  # fmt: skip
    """Mark a call as being sent, for good, before anybody outside is spoken to."""
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
    """Hand over a call that is claimed, and write down what came of it."""
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
