"""Writes what Partner Center tells of single customers: profiles, country, delegated admin.

Used inside the transaction that wrote the customers themselves (`models.syncing.write`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlmodel import SQLModel

from partnerdesk.models.changes.plan import Step
from partnerdesk.models.customers.entities import BillingProfile, CompanyProfile
from partnerdesk.models.customers.records import BILLING, COMPANY
from partnerdesk.models.syncing.customers import own_step
from partnerdesk.models.syncing.entry import CustomerChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row, Table
    from sqlmodel import Session

    from partnerdesk.models.changes.record_kind import RecordKind
    from partnerdesk.models.syncing.customers import CustomerWriter
    from partnerdesk.models.syncing.entities import AccountSync
    from partnerdesk.models.syncing.entry import RunEntry
    from partnerdesk.models.syncing.rows import CustomerDetails

_PROFILES = (
    (COMPANY, CompanyProfile, "company"),
    (BILLING, BillingProfile, "billing"),
)


class ProfileWriter:
    """Writes the details of customers that are in the book, inside the transaction of a sync."""

    def __init__(
        self, session: Session, row: AccountSync, entry: RunEntry, customers: CustomerWriter
    ) -> None:
        self._connection = session.connection()
        self._row = row
        self._entry = entry
        self._customers = customers

    def take(self, details: Mapping[int, CustomerDetails]) -> None:
        """Write the details of customers, given by their ids in the book."""
        table = SQLModel.metadata.tables["customers"]
        waiting = self._customers.wanted
        details = {id: told for id, told in details.items() if id not in waiting}
        rows = self._by_id(table, "id", details)
        own = {id: _own_columns(rows[id], told) for id, told in details.items()}
        steps = {id: [own_step(rows[id], columns)] for id, columns in own.items() if columns}
        for record, entity, part in _PROFILES:
            for id, step in self._profiles(record, entity, part, details).items():
                steps.setdefault(id, []).append(step)
        self._entry_of(steps, rows)
        self._customers.update([(rows[id], columns) for id, columns in own.items() if columns])
        self._connection.execute(
            update(table).where(table.c.id.in_(details)).values(read_at=self._row.listed_at)
        )

    def _entry_of(self, steps: Mapping[int, list[Step]], rows: Mapping[int, Row[Any]]) -> None:
        if steps:
            self._entry.record(
                CustomerChange(id, rows[id].company_name, parts) for id, parts in steps.items()
            )
            self._customers.changed += sum(map(_is_change, steps.values()))

    def _by_id(self, table: Table, key: str, ids: Mapping[int, object]) -> dict[int, Row[Any]]:
        found = self._connection.execute(select(table).where(table.c[key].in_(ids)))
        return {int(getattr(row, key)): row for row in found}

    def _profiles(
        self,
        record: RecordKind,
        entity: type[SQLModel],
        part: str,
        details: Mapping[int, CustomerDetails],
    ) -> dict[int, Step]:
        """Write one kind of profile where it differs; return the steps, by customer."""
        told: dict[int, Mapping[str, str]] = {
            id: fields for id, whole in details.items() if (fields := getattr(whole, part))
        }
        table = SQLModel.metadata.tables[record.table]
        stored = self._by_id(table, "customer_id", told)
        steps: dict[int, Step] = {}
        for id, fields in told.items():
            if step := _step(record, entity, id, stored.get(id), fields):
                steps[id] = step
                self._write(table, step)
        return steps

    def _write(self, table: Table, step: Step) -> None:
        values = dict(step.after or {})
        if step.before is None:
            self._connection.execute(insert(table).values({**step.key, **values}))
            return
        if "version" in table.c:
            values["version"] = table.c.version + 1
        of_customer = table.c.customer_id == step.key["customer_id"]
        self._connection.execute(update(table).where(of_customer).values(values))


def _is_change(steps: list[Step]) -> bool:
    """Return whether steps replace something; what only fills in a gap is no change."""
    before = [value for step in steps for value in (step.before or {}).values()]
    return any(value not in (None, "") for value in before)


def _own_columns(row: Row[Any], told: CustomerDetails) -> dict[str, Any]:
    """Return the changed columns of a customer's own row.

    The indirect reseller is filled in only where the partner has not written one itself.
    """
    wanted: dict[str, Any] = {}
    if told.allow_delegated_access is not None:
        wanted["allow_delegated_access"] = told.allow_delegated_access
    if told.reseller_id and not row.indirect_reseller:
        wanted["indirect_reseller"] = told.reseller_id
    if told.billing and told.billing.get("country"):
        wanted["country"] = told.billing["country"]
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


def _step(
    record: RecordKind,
    entity: type[SQLModel],
    customer_id: int,
    row: Row[Any] | None,
    told: Mapping[str, str],
) -> Step | None:
    """Return the step that brings a profile up to what is told; None if it says so already."""
    key = {"customer_id": customer_id}
    if row is None:
        empty = {name: "" for name in record.fields if name in entity.model_fields}
        return Step(record, key, None, {**empty, **told}) if any(told.values()) else None
    changed = {name: value for name, value in told.items() if getattr(row, name) != value}
    before = {name: getattr(row, name) for name in changed}
    return Step(record, key, before, changed) if changed else None
