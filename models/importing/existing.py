"""Reads the customers of an account for an import to compare: few queries, compact rows."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import String, select, type_coerce
from sqlmodel import SQLModel, col

from partnerdesk.models.customers.entities import BillingProfile, CompanyProfile, Customer, Tag
from partnerdesk.models.importing.cells import TAG_SEPARATOR
from partnerdesk.models.importing.fields import BILLING_FIELDS, ImportField
from partnerdesk.models.importing.plan import FIELDS, PLACE, Booked

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from enum import StrEnum

    from sqlalchemy import ColumnElement, Table
    from sqlmodel import Session

BATCH = 5000
"""How many ids or rows one statement takes."""

OWN_FIELDS = frozenset(field for field in FIELDS if field in Customer.model_fields)
"""The fields that are columns of the customers' table."""

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Yield `items` in lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def table_of(entity: type[SQLModel]) -> Table:
    """Return the SQLAlchemy table of an entity."""
    return SQLModel.metadata.tables[str(entity.__tablename__)]


def load_account(session: Session, account_id: int, fields: Container[StrEnum]) -> Iterator[Booked]:
    """Yield all customers of an account, including ended ones, in the order of their ids.

    Fields of other tables are read only if `fields` contains them; tags are always read.
    """
    return _load(session, col(Customer.account_id) == account_id, fields, lock=False)


def load_locked(
    session: Session, ids: Iterable[int], fields: Container[StrEnum]
) -> Iterator[Booked]:
    """Lock customers until the transaction ends, and yield them as `load_account` does."""
    for batch in batches(ids):
        yield from _load(session, col(Customer.id).in_(batch), fields, lock=True)


def _load(
    session: Session, which: ColumnElement[bool], fields: Container[StrEnum], *, lock: bool
) -> Iterator[Booked]:
    own = {field: PLACE[field] for field in FIELDS if field in OWN_FIELDS}
    columns: list[Any] = [type_coerce(col(getattr(Customer, field)), String) for field in own]
    head = (col(Customer.id), col(Customer.version), col(Customer.ended_at))
    query = select(*head, *columns).where(which).order_by(col(Customer.id))
    # The customers are locked first, so that the rows of other tables cannot change either.
    locked = query.with_for_update() if lock else query
    rows: Iterable[Any] = session.connection().execute(locked).all()
    related = _related_values(session, which, fields)
    for customer_id, version, ended_at, *texts in rows:
        values = [""] * len(FIELDS)
        for place, text in zip(own.values(), texts, strict=True):
            values[place] = text or ""
        for field, value in related.get(customer_id, ()):
            values[PLACE[field]] = value
        yield Booked(customer_id, version, ended_at, tuple(values))


def _related_values(
    session: Session, which: ColumnElement[bool], fields: Container[StrEnum]
) -> dict[int, list[tuple[ImportField, str]]]:
    """Return the values from tables other than the customers', by customer id."""
    found: dict[int, list[tuple[ImportField, str]]] = {}
    connection = session.connection()

    def rows(table: Any, *columns: Any) -> Iterable[Any]:
        joined = select(table.customer_id, *columns).join(
            Customer, table.customer_id == Customer.id
        )
        return connection.execute(joined.where(which))

    tags: dict[int, list[str]] = {}
    for customer_id, tag in rows(Tag, Tag.name):
        tags.setdefault(customer_id, []).append(tag)
    for customer_id, names in tags.items():
        found[customer_id] = [(ImportField.TAGS, TAG_SEPARATOR.join(sorted(names)))]
    if ImportField.REGISTRATION_NUMBER in fields:
        number = CompanyProfile.organization_registration_number
        for customer_id, value in rows(CompanyProfile, number):
            found.setdefault(customer_id, []).append((ImportField.REGISTRATION_NUMBER, value))
    if any(field in fields for field in BILLING_FIELDS):
        columns = [getattr(BillingProfile, field) for field in BILLING_FIELDS]
        for customer_id, *values in rows(BillingProfile, *columns):
            pairs = zip(BILLING_FIELDS, values, strict=True)
            found.setdefault(customer_id, []).extend(pairs)
    return found
