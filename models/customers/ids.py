"""The ids of new customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlmodel import col

from partnerdesk.models.changes.history import Change
from partnerdesk.models.customers.entities import Customer

if TYPE_CHECKING:
    from sqlalchemy import Connection


def first_free_id(connection: Connection) -> int | None:
    """Return the least id greater than every id that a customer ever had; None for PostgreSQL.

    SQLite would give the id of a removed customer, and so its history, to the next customer.
    PostgreSQL's sequences never repeat an id.
    """
    if connection.dialect.name != "sqlite":
        return None
    ids = (col(Customer.id), col(Change.customer_id))
    return 1 + max(connection.execute(select(func.max(id))).scalar_one() or 0 for id in ids)
