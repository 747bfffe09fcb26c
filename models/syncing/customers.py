"""Writes customers that Partner Center told of: few statements for a page, whatever the book holds.

Used inside the transaction of a page (`models.syncing.write`).
"""

from __future__ import annotations

from itertools import count, repeat
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import SQLModel

from partnerdesk.models.changes.plan import Step
from partnerdesk.models.core.clock import iso
from partnerdesk.models.customers.entities import Customer, Relationship
from partnerdesk.models.customers.ids import first_free_id
from partnerdesk.models.customers.records import CUSTOMER
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.operations.unsettled import unsettled_customers
from partnerdesk.models.syncing.entry import CustomerChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row
    from sqlmodel import Session

    from partnerdesk.models.syncing.entities import AccountSync
    from partnerdesk.models.syncing.entry import RunEntry
    from partnerdesk.models.syncing.rows import ListedCustomer

    Columns = dict[str, Any]
    Known = Row[Any]

_SEARCHED = frozenset(Customer.SEARCHED)


class CustomerWriter:
    """Writes listed customers of one account, inside a transaction that holds the lease."""

    def __init__(self, session: Session, row: AccountSync, entry: RunEntry) -> None:
        self._connection = session.connection()
        self._customers = SQLModel.metadata.tables["customers"]
        self._row = row
        self._entry = entry
        self._at = row.listed_at
        self.wanted = unsettled_customers(session, row.account_id, row.started_at)
        """The customers of which the book holds what a person wants, and Partner Center not yet."""
        self.seen = 0
        """How many customers were told for the first time since the list was begun."""
        self.new = 0
        self.changed = 0

    def take(self, customers: Iterable[ListedCustomer]) -> dict[str, int]:
        """Add or update customers, and note that they were seen; return their ids.

        The order of a page means nothing: the same customers get the same ids in any order.
        """
        told = {customer.microsoft_id: customer for customer in customers}
        listed = [told[id] for id in sorted(told)]
        known = self._known(listed)
        changes = [
            (known[customer.microsoft_id], columns)
            for customer in listed
            if customer.microsoft_id in known
            and (columns := self._changed(known[customer.microsoft_id], customer))
        ]
        added = [customer for customer in listed if customer.microsoft_id not in known]
        if changes or added:
            change_id = self._entry.record(_change(*change) for change in changes)
            self.update(changes)
            self._add(added, change_id)
        self.mark_seen([row.id for row in known.values()])
        self.seen += len(added) + sum(row.seen_at != self._at for row in known.values())
        self.new += len(added)
        self.changed += len(changes)
        return self._ids(listed)

    def _known(self, listed: Sequence[ListedCustomer]) -> dict[str, Known]:
        """Return the customers of the book that are listed, by the listed Microsoft ID."""
        table = self._customers.c
        wanted = [customer.microsoft_id for customer in listed]
        found = self._select(table.microsoft_id.in_(wanted))
        known = {str(row.microsoft_id): row for row in found}
        rest = [customer for customer in listed if customer.microsoft_id not in known]
        domains: dict[str, list[str]] = {}
        for customer in rest:
            if customer.primary_domain:
                domains.setdefault(customer.primary_domain, []).append(customer.microsoft_id)
        waiting: dict[str, list[Known]] = {}
        for row in self._select(table.microsoft_id.is_(None), table.primary_domain.in_(domains)):
            waiting.setdefault(row.primary_domain, []).append(row)
        for domain, rows in waiting.items():
            if len(rows) == 1 and len(domains[domain]) == 1:  # else nobody knows who is who
                known[domains[domain][0]] = rows[0]
        return known

    def _select(self, *conditions: Any) -> Sequence[Known]:
        of_account = self._customers.c.account_id == self._row.account_id
        return self._connection.execute(
            select(self._customers).where(of_account, *conditions).order_by(self._customers.c.id)
        ).all()

    def _changed(self, row: Known, told: ListedCustomer) -> Columns:
        """Return the columns of a known customer that differ from what is told."""
        wanted: Columns = {
            "microsoft_id": told.microsoft_id,
            "company_name": told.company_name,
            "gone_at": None,
        }
        if told.primary_domain:
            wanted["primary_domain"] = told.primary_domain
        if told.relationship is not Relationship.UNKNOWN:
            wanted["relationship_to_partner"] = told.relationship
        if row.id in self.wanted:
            wanted = {name: wanted[name] for name in ("microsoft_id", "gone_at")}
        goes_on = row.id not in self.wanted and told.relationship not in (
            Relationship.UNKNOWN,
            Relationship.NONE,
        )
        if goes_on and row.ended_at is not None and self._at and row.ended_at < self._at:
            wanted["ended_at"] = None
        return {name: value for name, value in wanted.items() if getattr(row, name) != value}

    def update(self, changes: Sequence[tuple[Known, Columns]]) -> None:
        """Write changed columns, with those that follow from them: one statement for each set."""
        tags = self._tags([row.id for row, columns in changes if _SEARCHED & columns.keys()])
        alike: dict[tuple[str, ...], list[Columns]] = {}
        for row, columns in changes:
            values = dict(columns)
            if _SEARCHED & columns.keys():
                both = {name: columns.get(name, getattr(row, name)) for name in _SEARCHED}
                values |= Customer.derive(both | {"tags": tags.get(row.id, [])})
            bound = {f"new_{name}": value for name, value in values.items()}
            alike.setdefault(tuple(values), []).append({"of_customer": row.id, **bound})
        table = self._customers
        for names, rows in alike.items():
            new: Columns = {
                name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names
            }
            statement = update(table).where(table.c.id == bindparam("of_customer"))
            self._connection.execute(statement.values(version=table.c.version + 1, **new), rows)

    def _tags(self, ids: Sequence[int]) -> dict[int, list[str]]:
        tags = SQLModel.metadata.tables["tags"].c
        found: dict[int, list[str]] = {}
        if ids:
            query = select(tags.customer_id, tags.name).where(tags.customer_id.in_(ids))
            for id, name in self._connection.execute(query):
                found.setdefault(id, []).append(name)
        return found

    @property
    def _came_at(self) -> datetime | None:
        """When a customer that is new to the book came to the partner; None if nothing tells.

        No field of a customer says it (`reference/resources.md`, *Customer*). One that the last
        whole list lacked came since; those of the first list may be the partner's for years.
        """
        return self._row.started_at if self._row.whole_at is not None else None

    def _add(self, customers: Sequence[ListedCustomer], change_id: int) -> None:
        first = first_free_id(self._connection)
        ids: Iterable[Columns] = repeat({})
        if first is not None:
            ids = ({"id": id} for id in count(first))
        rows = [
            {
                "account_id": self._row.account_id,
                "microsoft_id": customer.microsoft_id,
                "company_name": customer.company_name,
                "primary_domain": customer.primary_domain,
                "relationship_to_partner": customer.relationship,
                "added_at": self._came_at,
                "seen_at": self._at,
                "added_by_change": change_id,
                "version": 1,
                **Customer.derive(
                    {
                        "company_name": customer.company_name,
                        "primary_domain": customer.primary_domain,
                        "alias": "",
                        "tags": (),
                    }
                ),
                **id,
            }
            for customer, id in zip(customers, ids, strict=False)
        ]
        if rows:
            self._connection.execute(insert(self._customers), rows)

    def mark_seen(self, ids: Sequence[int]) -> None:
        """Note when customers were seen; this is no change of them, so the history has no entry."""
        table = self._customers
        seen = update(table).where(table.c.id.in_(ids), table.c.seen_at < self._at)
        self._connection.execute(seen.values(seen_at=self._at))

    def mark_gone(self, microsoft_ids: Sequence[str]) -> int:
        """Mark customers as gone; return how many were not marked before."""
        table = self._customers.c
        rows = self._select(table.microsoft_id.in_(microsoft_ids), unset(table.gone_at))
        changes = [(row, {"gone_at": self._at}) for row in rows]
        if changes:
            self._entry.record(_change(*change) for change in changes)
            self.update(changes)
        return len(changes)

    def _ids(self, listed: Sequence[ListedCustomer]) -> dict[str, int]:
        table = self._customers.c
        wanted = table.microsoft_id.in_([customer.microsoft_id for customer in listed])
        query = select(table.microsoft_id, table.id).where(
            table.account_id == self._row.account_id, wanted
        )
        return {str(microsoft_id): int(id) for microsoft_id, id in self._connection.execute(query)}


def _change(row: Known, columns: Mapping[str, Any]) -> CustomerChange:
    name = columns.get("company_name", row.company_name)
    return CustomerChange(row.id, name, [own_step(row, columns)])


def own_step(row: Known, columns: Mapping[str, Any]) -> Step:
    """Return the step of a customer's own columns, in the form of the history."""
    before = {name: _kept(getattr(row, name)) for name in columns}
    after = {name: _kept(value) for name, value in columns.items()}
    return Step(CUSTOMER, {"id": row.id}, before, after)


def _kept(value: Any) -> Any:
    """Return a value as the history keeps it: a choice as its word, a moment as ISO 8601."""
    if isinstance(value, Relationship):
        return value.value
    return iso(value) if hasattr(value, "isoformat") else value
