"""Stored customer agreements (`reference/resources.md`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from partnerdesk.models.customers.form.fields import AgreementWay
from partnerdesk.models.database.column_types import choice_column, moment_column


class Agreement(SQLModel, table=True):
    """How a customer accepted, or will accept, the Microsoft Customer Agreement (`rules.md §6`)."""

    __tablename__ = "agreements"
    __table_args__ = (Index("agreements_by_way", "way", "date_agreed", "customer_id"),)

    customer_id: int = Field(primary_key=True, foreign_key="customers.id")
    way: AgreementWay = Field(sa_column=choice_column(AgreementWay))
    first_name: str = ""
    """First name of the customer's person who accepted; empty unless the partner attests it."""
    last_name: str = ""
    email: str = ""
    phone_number: str = ""
    date_agreed: datetime | None = Field(default=None, sa_column=moment_column())
    """The start of the day of acceptance in UTC; None unless the partner attests it."""
