"""Runs: one kind of change to many records, row by row, each a plan of its own.

A run is kept before its first row is written, so that one that was cut off goes on where it
stopped: a row's plan has its id from the beginning, and no plan is carried out twice.
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
    """Writes an invitation to customers, as a draft."""
    ADD_CUSTOMERS = "add_customers"
    """Adds customers from the rows of a file."""
    ADD_DELEGATED_ADMIN = "add_delegated_admin"
    """Keeps delegated-admin relationships from the rows of a file."""
    TAG = "tag"
    """Gives customers tags, and takes some away."""
    NOTE = "note"
    """Writes the same note on customers."""
    EDIT = "edit"
    """Gives fields of customers' profiles the same text."""
    END = "end"
    """Ends the relationship with customers."""
    UNDO = "undo"
    """Takes the rows of another run back."""


class RowState(StrEnum):
    """What became of one row."""

    WAITING = "waiting"
    DONE = "done"
    NOTHING = "nothing"
    """It was already so."""
    REFUSED = "refused"
    FAILED = "failed"
    """It could not be written; it can be tried again."""


class Run(SQLModel, table=True):
    """One run, with what was asked for."""

    __tablename__ = "runs"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id", index=True)
    kind: RunKind = Field(sa_column=choice_column(RunKind))
    wishes: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    """JSON object of what is asked for: `{"by": "P180D"}`."""
    asked: str = Field(default="", sa_column=Column(Text, nullable=False))
    """The words by which a command asked for it; the same words go on with it."""
    actor: str = ""
    begun_at: datetime | None = Field(default=None, sa_column=moment_column())
    change_id: int | None = Field(default=None, index=True)
    """Its entry in the history, which its rows are parts of; None as long as none is written."""
    finished_at: datetime | None = Field(default=None, sa_column=moment_column())
    """When the last row was done, or somebody let the rest be."""


class RunRow(SQLModel, table=True):
    """One record of a run."""

    __tablename__ = "run_rows"

    run_id: int = Field(primary_key=True, foreign_key="runs.id")
    place: int = Field(primary_key=True)
    """Its place in the run; 0 is the first."""
    record_id: int
    """The record of the book; 0 as long as it is to be made."""
    wish: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=EMPTY))
    """JSON object of what is said of a record that is to be made; empty where there is one."""
    subject: str = ""
    plan_id: str = Field(unique=True)
    """The id under which the row's plan is carried out, once."""
    state: RowState = Field(default=RowState.WAITING, sa_column=choice_column(RowState))
    told: str = Field(default="", sa_column=Column(Text, nullable=False))
    """Why it was refused or failed; what to mind."""
