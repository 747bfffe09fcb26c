"""Customer agreements: who accepted for the customer, how and when (`reference/resources.md`)."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from partnerdesk.models.customers.form.fields import AgreementWay
from partnerdesk.models.database.column_types import choice_column, moment_column


class Agreement(SQLModel, table=True):
    """How a customer came, or is to come, to the Microsoft Customer Agreement (`rules.md §6`)."""

    __tablename__ = "agreements"

    customer_id: int = Field(primary_key=True, foreign_key="customers.id")
    way: AgreementWay = Field(sa_column=choice_column(AgreementWay))
    first_name: str = ""
    """The person at the customer who accepted; empty where the customer accepts itself."""
    last_name: str = ""
    email: str = ""
    phone_number: str = ""
    date_agreed: datetime | None = Field(default=None, sa_column=moment_column())
