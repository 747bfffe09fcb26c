"""Entities of bulk runs: a run makes one kind of change to many records, one plan per row.

The book stores a run before the run's first change, so that an interrupted run can continue. The
id of each row's plan is stored too, and no plan is carried out twice.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from partnerdesk.models.accounts import entities as accounts  # noqa: F401 - the table that the foreign key points to
from partnerdesk.models.database.column_types import EMPTY, choice_column, moment_column


class RunKind(StrEnum):
    """What a run does to each of its records."""

    EXTEND = "extend"
    """Extends delegated-admin relationships."""
    NAME_RESELLER = "name_reseller"
    """Names the indirect reseller of customers."""
    INVITE = "invite"
    """Writes an invitation to each customer, as a draft."""
    ADD_CUSTOMERS = "add_customers"
    """Adds customers from the rows of a file."""
    ADD_DELEGATED_ADMIN = "add_delegated_admin"
    """Adds delegated-admin relationships from the rows of a file."""
    TAG = "tag"
    """Adds tags to customers and removes tags from them."""
    NOTE = "note"
    """Adds the same note to each customer."""
    EDIT = "edit"
    """Sets fields of customers' profiles to the same text."""
    END = "end"
    """Ends the relationship with each customer."""
    SUBSCRIPTIONS = "subscriptions"
    """Changes subscriptions: seats, renewal, status."""
    UNDO = "undo"
    """Undoes the rows of another run."""


class RowState(StrEnum):
    """The state of one row of a run, or of the undo of an import."""

    WAITING = "waiting"
    DONE = "done"
    NOTHING = "nothing"
    """The record needed no change."""
    REFUSED = "refused"
    FAILED = "failed"
    """Writing the row failed; it can be tried again."""


class Run(SQLModel, table=True):
    """One bulk run and its request."""

    __tablename__ = "runs"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id", index=True)
    kind: RunKind = Field(sa_column=choice_column(RunKind))
    wishes: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON object of the request, such as `{"by": "P180D"}`."""
    asked: str = Field(default="", sa_column=Column(Text, nullable=False))
    """The words of the command that began the run; the same command continues the run."""
    actor: str = ""
    begun_at: datetime | None = Field(default=None, sa_column=moment_column())
    change_id: int | None = Field(default=None, index=True)
    """The id of the run's history entry, of which the rows' entries are parts; None until a row is
    written.

    A run of a single row has no entry of its own.
    """
    finished_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the last row was done, or a person abandoned the run; None before that."""


class RunRow(SQLModel, table=True):
    """One row of a run: a record to change or to add."""

    __tablename__ = "run_rows"

    run_id: int = Field(primary_key=True, foreign_key="runs.id")
    place: int = Field(primary_key=True)
    """The number of the row in the run, from 0."""
    record_id: int
    """The id of the record; 0 until the row has added its record."""
    wish: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=EMPTY))
    """JSON object of the values for a record to be added; only `name` stays once the row is done.

    Empty for a row about an existing record.
    """
    subject: str = ""
    """The name of the record or of its customer."""
    plan_id: str = Field(unique=True)
    """The GUID of the row's plan."""
    state: RowState = Field(default=RowState.WAITING, sa_column=choice_column(RowState))
    told: str = Field(default="", sa_column=Column(Text, nullable=False))
    """The reasons and warnings of the row, in one line."""
