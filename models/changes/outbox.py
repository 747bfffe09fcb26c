"""Calls to Partner Center that wait to be sent, each kept with its request id before it is sent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from partnerdesk.models.changes import history  # noqa: F401 - the table that the foreign key points to
from partnerdesk.models.changes.list import CALL_STATES
from partnerdesk.models.database.column_types import (
    choice_column,
    moment_column,
    version_column,
    versioned,
)


class CallState(StrEnum):
    """How far a call is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    """Answered with yes; not read back yet."""
    CONFIRMED = "confirmed"
    """Read back: Partner Center has what was sent."""
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
    method: str
    path: str
    """Below the service's address: `/v1/customers`."""
    body: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON; without secrets."""
    request_id: str = Field(index=True, unique=True)
    """`MS-RequestId`: the same when the call is repeated after a timeout, and only then."""
    state: CallState = Field(default=CallState.WAITING, sa_column=choice_column(CallState))
    attempts: int = 0
    answer: str = Field(default="", sa_column=Column(Text, nullable=False))
    """What the service said last: code, words and correlation id."""
    changed_at: datetime | None = Field(default=None, sa_column=moment_column())
    version: int = Field(default=1, sa_column=version_column())
