"""Writes what an import says beside a customer's own row: tags, company and billing profile."""

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
"""Values by column or bound name, as SQLAlchemy takes them."""

_CUSTOMER = "customer_id"
_OF = "of_customer"
NO_BILL: BoundRow = {"company_name": "", "culture": "", "language": "", "version": 1}
"""What a billing profile has that no file says anything of."""


class Written(NamedTuple):
    """A customer whose own row is written."""

    customer_id: int
    before: Values | None
    """None for a new one."""
    after: Values

    def differs(self, field: ImportField) -> bool:
        """Say whether a field is to be written."""
        before = value_of(self.before, field) if self.before else ""
        return before != value_of(self.after, field)


def run(connection: Connection, statement: Executable, rows: Iterable[BoundRow]) -> None:
    """Execute a statement once for each of `rows`, many at a time; none where there are none."""
    for batch in batches(rows):
        connection.execute(statement, batch)


def write_beside(connection: Connection, customers: Sequence[Written]) -> None:
    """Write tags, company profiles and billing profiles where they differ."""
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
    """Give billing profiles that are there the new country of their customer."""
    countries = {
        row.customer_id: _values(row, (ImportField.COUNTRY,))
        for row in customers
        if row.before and row.differs(ImportField.COUNTRY)
    }
    there = _there(connection, billing, countries)
    _update(connection, billing, {key: countries[key] for key in there})


def _write_profiles(
    connection: Connection,
    table: Table,
    profiles: dict[int, BoundRow],
    completed: dict[int, BoundRow],
) -> None:
    """Change the profiles that are there; add those that are not, with what completes each."""
    there = _there(connection, table, profiles)
    _update(connection, table, {key: profiles[key] for key in there})
    run(
        connection,
        insert(table),
        (
            {_CUSTOMER: key, **completed[key], **values}
            for key, values in profiles.items()
            if key not in there
        ),
    )


def _there(connection: Connection, table: Table, customers: Iterable[int]) -> set[int]:
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
