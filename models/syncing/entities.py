"""Where the sync of each account stands: who syncs, how far it is, and where it goes on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from partnerdesk.models.accounts import entities as accounts  # noqa: F401 - the table that the foreign key points to
from partnerdesk.models.changes import history  # noqa: F401 - the table that the foreign key points to
from partnerdesk.models.database.column_types import EMPTY, choice_column, moment_column
from partnerdesk.models.syncing.progress import SyncPhase, SyncTrouble

NONE_YET = {"server_default": "0"}
"""The default of a counting column."""


def _long_text() -> Column[str]:
    return Column(Text, nullable=False, server_default=EMPTY)


class AccountSync(SQLModel, table=True):
    """The sync of one account: its lease, the run that goes on or was the last, and its counts.

    A run reads everything once. It is one entry of the history, however many processes did it.
    """

    __tablename__ = "account_syncs"

    account_id: int = Field(primary_key=True, foreign_key="partner_accounts.id")

    holder: str = Field(default="", sa_column_kwargs={"server_default": EMPTY})
    """The process that syncs (`lease.Holder`); empty while none does."""
    lease_until: datetime | None = Field(default=None, sa_column=moment_column())
    """When the lease ends, unless its holder renews it before."""

    phase: SyncPhase = Field(
        default=SyncPhase.DONE, sa_column=choice_column(SyncPhase, default=SyncPhase.DONE)
    )
    """What the run does; `done` between two runs."""
    trouble: SyncTrouble = Field(
        default=SyncTrouble.NONE, sa_column=choice_column(SyncTrouble, default=SyncTrouble.NONE)
    )
    """What holds the sync up, or made it stop."""
    error: str = Field(default="", sa_column=_long_text())
    """The words for what went wrong last; empty after a run without an error."""

    started_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the run began: the moment at which its new customers came into the book."""
    listed_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the list was begun, anew if a run could not go on where it was: who was seen then."""
    finished_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the last run ended whole; None while one goes on or was cut off."""
    whole: bool = Field(default=True)
    """Whether the run reads the whole list."""
    position: str = Field(default="", sa_column=_long_text())
    """JSON of the link to the next page (`rows.Position`); empty at the beginning of the list."""
    change_id: int | None = Field(default=None, foreign_key="changes.id")
    """The run's entry of the history; None until it changes something."""

    received: int = Field(default=0, sa_column_kwargs=NONE_YET)
    """Customers that were told since the list was begun, each counted once."""
    pages: int = Field(default=0, sa_column_kwargs=NONE_YET)
    calls: int = Field(default=0, sa_column_kwargs=NONE_YET)
    retries: int = Field(default=0, sa_column_kwargs=NONE_YET)
    new: int = Field(default=0, sa_column_kwargs=NONE_YET)
    changed: int = Field(default=0, sa_column_kwargs=NONE_YET)
    gone: int = Field(default=0, sa_column_kwargs=NONE_YET)
    calls_left: int | None = Field(default=None)
    """Calls that were left in the minute of the last call; None if that is not known."""

    expected: int = Field(default=0, sa_column_kwargs=NONE_YET)
    """How many customers the last whole list had; Partner Center tells no total."""
    whole_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the last list that was received to its end began."""
    activity_day: str = Field(default="", sa_column_kwargs={"server_default": EMPTY})
    """The last day whose activity was read, such as `2026-11-30`; empty if none was."""
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """Rises with all that a screen shows of a sync (`models.session.PULSE`)."""
