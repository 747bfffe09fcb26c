"""Reads the customers of one account as an import compares them: few queries, compact rows."""

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
"""Ids or rows that one statement takes."""

OWN_FIELDS = frozenset(field for field in FIELDS if field in Customer.model_fields)
"""What stands in the customer's own row."""

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Yield `items` in lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def table_of(entity: type[SQLModel]) -> Table:
    """Return the table of an entity, for statements about many rows."""
    return SQLModel.metadata.tables[str(entity.__tablename__)]


def load_account(session: Session, account_id: int, fields: Container[StrEnum]) -> Iterator[Booked]:
    """Yield all customers of an account, ended ones too, in the order of their ids.

    What stands in other tables is read only where `fields` asks for it; tags always.
    """
    return _load(session, col(Customer.account_id) == account_id, fields, lock=False)


def load_locked(
    session: Session, ids: Iterable[int], fields: Container[StrEnum]
) -> Iterator[Booked]:
    """Yield customers by id, as `load_account` does; nobody else can change them meanwhile."""
    for batch in batches(ids):
        yield from _load(session, col(Customer.id).in_(batch), fields, lock=True)


def _load(
    session: Session, which: ColumnElement[bool], fields: Container[StrEnum], *, lock: bool
) -> Iterator[Booked]:
    own = {field: PLACE[field] for field in FIELDS if field in OWN_FIELDS}
    columns: list[Any] = [type_coerce(col(getattr(Customer, field)), String) for field in own]
    head = (col(Customer.id), col(Customer.version), col(Customer.ended_at))
    query = select(*head, *columns).where(which).order_by(col(Customer.id))
    # Locked first, so that what is read from the other tables after it holds too.
    locked = query.with_for_update() if lock else query
    rows: Iterable[Any] = session.connection().execute(locked).all()
    beside = _beside(session, which, fields)
    for customer_id, version, ended_at, *texts in rows:
        values = [""] * len(FIELDS)
        for place, text in zip(own.values(), texts, strict=True):
            values[place] = text or ""
        for field, value in beside.get(customer_id, ()):
            values[PLACE[field]] = value
        yield Booked(customer_id, version, ended_at, tuple(values))


def _beside(
    session: Session, which: ColumnElement[bool], fields: Container[StrEnum]
) -> dict[int, list[tuple[ImportField, str]]]:
    """Return what other tables than the customers' say, by customer."""
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
