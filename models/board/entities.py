"""Stored snoozes: items of the board that a person put off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.database.column_types import EMPTY, moment_column


class Snooze(SQLModel, table=True):
    """An item of the board that is not shown until a moment.

    A snooze that has passed is without effect; the next one of the same item takes its place.
    """

    __tablename__ = "snoozes"

    kind: str = Field(primary_key=True)
    """The kind of the item: `Rule.kind`."""
    record_id: int = Field(primary_key=True)
    """The id of the record that the item is about, in the table of its rule."""
    account_id: int = Field(foreign_key=f"{PartnerAccount.__tablename__}.id", index=True)
    until: datetime | None = Field(default=None, sa_column=moment_column())
    """When the item is shown again."""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=EMPTY))
    """Why it was put off, as that person wrote; may be empty."""
    snoozed_by: str = ""
    """The user of the program who put it off."""
