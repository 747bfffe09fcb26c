"""Writes the records of imported customers in other tables: tags, company and billing profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update

from partnerdesk.models.customers.entities import BillingProfile, CompanyProfile, Tag
from partnerdesk.models.importing.cells import TAG_SEPARATOR
from partnerdesk.models.importing.existing import batches, table_of
from partnerdesk.models.importing.fields import BILLING_FIELDS, ImportField
from partnerdesk.models.importing.plan import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Executable, Table

    from partnerdesk.models.importing.plan import Values

BoundRow = dict[str, Any]
"""Values by the name of a column or bound parameter, for a statement of SQLAlchemy."""

_CUSTOMER = "customer_id"
_OF = "of_customer"
NO_BILL: BoundRow = {"company_name": "", "culture": "", "language": "", "version": 1}
"""The fields of a new billing profile that no file contains."""


class Written(NamedTuple):
    """A customer whose own row is already written."""

    customer_id: int
    before: Values | None
    """The former values; None for a new customer."""
    after: Values

    def differs(self, field: ImportField) -> bool:
        """Return whether a field changes; a new customer's former fields count as empty."""
        before = value_of(self.before, field) if self.before else ""
        return before != value_of(self.after, field)


def run(connection: Connection, statement: Executable, rows: Iterable[BoundRow]) -> None:
    """Execute a statement for each of `rows`, in batches; without rows nothing is executed."""
    for batch in batches(rows):
        connection.execute(statement, batch)


def write_related(connection: Connection, customers: Sequence[Written]) -> None:
    """Write the tags, company profiles and billing profiles that change."""
    _write_tags(connection, [row for row in customers if row.differs(ImportField.TAGS)])
    number = ImportField.REGISTRATION_NUMBER
    _write_profiles(
        connection,
        table_of(CompanyProfile),
        {row.customer_id: _values(row, (number,)) for row in customers if row.differs(number)},
        {row.customer_id: {"email": ""} for row in customers},
    )
    billing = table_of(BillingProfile)
    _move_bills(connection, billing, customers)
    changed = [row for row in customers if any(row.differs(field) for field in BILLING_FIELDS)]
    _write_profiles(
        connection,
        billing,
        {row.customer_id: _values(row, BILLING_FIELDS) for row in changed},
        {row.customer_id: {**_values(row, (ImportField.COUNTRY,)), **NO_BILL} for row in changed},
    )


def _values(row: Written, fields: Iterable[ImportField]) -> BoundRow:
    return {field.value: value_of(row.after, field) for field in fields}


def _write_tags(connection: Connection, customers: Sequence[Written]) -> None:
    tags = table_of(Tag)
    for batch in batches(row.customer_id for row in customers if row.before):
        connection.execute(delete(tags).where(tags.c.customer_id.in_(batch)))
    run(
        connection,
        insert(tags),
        (
            {_CUSTOMER: row.customer_id, "name": name}
            for row in customers
            for name in value_of(row.after, ImportField.TAGS).split(TAG_SEPARATOR)
        ),
    )


def _move_bills(connection: Connection, billing: Table, customers: Sequence[Written]) -> None:
    """Set the country of existing billing profiles to the new country of their customers."""
    countries = {
        row.customer_id: _values(row, (ImportField.COUNTRY,))
        for row in customers
        if row.before and row.differs(ImportField.COUNTRY)
    }
    existing = _existing(connection, billing, countries)
    _update(connection, billing, {key: countries[key] for key in existing})


def _write_profiles(
    connection: Connection,
    table: Table,
    profiles: dict[int, BoundRow],
    completed: dict[int, BoundRow],
) -> None:
    """Update existing profiles; add missing ones, completed by the fields in `completed`."""
    existing = _existing(connection, table, profiles)
    _update(connection, table, {key: profiles[key] for key in existing})
    run(
        connection,
        insert(table),
        (
            {_CUSTOMER: key, **completed[key], **values}
            for key, values in profiles.items()
            if key not in existing
        ),
    )


def _existing(connection: Connection, table: Table, customers: Iterable[int]) -> set[int]:
    """Return the ids of the customers that have a row in a table of profiles."""
    found: set[int] = set()
    for batch in batches(customers):
        query = select(table.c.customer_id).where(table.c.customer_id.in_(batch))
        found.update(connection.execute(query).scalars())
    return found


def _update(connection: Connection, table: Table, profiles: dict[int, BoundRow]) -> None:
    if not profiles:
        return
    names = next(iter(profiles.values()))
    changed: BoundRow = {name: bindparam(f"new_{name}") for name in names}
    if "version" in table.c:
        changed["version"] = table.c.version + 1
    run(
        connection,
        update(table).where(table.c.customer_id == bindparam(_OF)).values(changed),
        (
            {_OF: key, **{f"new_{name}": value for name, value in values.items()}}
            for key, values in profiles.items()
        ),
    )
