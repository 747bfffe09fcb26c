"""Writes what Partner Center tells of the subscriptions of some customers.

Used inside the transaction of a sync (`models.syncing.write`). A subscription is matched by its
Microsoft ID; one that was kept by hand by its offer, where only one of the customer's fits. What
Partner Center does not tell, such as the price, stays. Nothing is removed: a subscription that it
has no more is marked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, update
from sqlmodel import SQLModel, col, select

from partnerdesk.models.changes.fields import fields_of
from partnerdesk.models.changes.plan import Step
from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.operations.unsettled import unsettled_columns
from partnerdesk.models.subscriptions.entities import Subscription
from partnerdesk.models.subscriptions.records import SUBSCRIPTION
from partnerdesk.models.syncing.entry import CustomerChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlmodel import Session

    from partnerdesk.models.syncing.entities import AccountSync
    from partnerdesk.models.syncing.entry import RunEntry
    from partnerdesk.models.syncing.rows import ToldSubscription, ToldSubscriptions


class SubscriptionWriter:
    """Writes lists of subscriptions of one account, inside a transaction that holds the lease."""

    def __init__(self, session: Session, row: AccountSync, entry: RunEntry) -> None:
        self._session = session
        self._row = row
        self._entry = entry
        self._at = row.listed_at
        self._wanted = unsettled_columns(session, row.account_id, row.started_at)
        """The columns that the book holds as a person wants them, by Microsoft ID."""
        self.changed = 0
        """Of how many customers something was replaced; what only fills in a gap is no change."""

    def take(self, lists: Iterable[ToldSubscriptions]) -> None:
        """Write the lists of customers that are in the book."""
        told = {one.customer_id: one for one in lists}
        customers = self._session.exec(
            select(Customer)
            .where(
                Customer.account_id == self._row.account_id,
                col(Customer.microsoft_id).in_(told),
            )
            .order_by(col(Customer.id))
        ).all()
        rows = self._rows(customers, told.values())
        changes: list[CustomerChange] = []
        seen: list[Subscription] = []
        for customer in customers:
            listed = told[str(customer.microsoft_id)]
            steps, these = self._of_customer(customer, listed, rows) if listed.is_told else ([], [])
            seen += these
            if steps:
                changes.append(CustomerChange(customer.id or 0, customer.company_name, steps))
                self.changed += any(map(_replaces, steps))
        if changes:
            self._entry.record(changes)
        self._mark(customers, told, [row.id or 0 for row in seen])

    def _rows(
        self, customers: Sequence[Customer], lists: Iterable[ToldSubscriptions]
    ) -> list[Subscription]:
        """Return the subscriptions of the customers, and those that are told, whoever has them."""
        ids = [one.microsoft_id for listed in lists for one in listed.subscriptions]
        wanted = select(Subscription).where(
            Subscription.account_id == self._row.account_id,
            or_(
                col(Subscription.customer_id).in_([customer.id for customer in customers]),
                col(Subscription.microsoft_id).in_(ids),
            ),
        )
        return list(self._session.exec(wanted.order_by(col(Subscription.id))))

    def _of_customer(
        self, customer: Customer, listed: ToldSubscriptions, rows: list[Subscription]
    ) -> tuple[list[Step], list[Subscription]]:
        """Write one list; return the steps, and the subscriptions that it tells of."""
        known: dict[str | None, Subscription] = {
            row.microsoft_id: row for row in rows if row.microsoft_id
        }
        told = sorted(listed.subscriptions, key=lambda one: one.microsoft_id)
        known |= _by_offer(
            [one for one in told if one.microsoft_id not in known],
            [row for row in rows if not row.microsoft_id and row.customer_id == customer.id],
        )
        steps: list[Step] = []
        seen: list[Subscription] = []
        for one in told:
            row = known.get(one.microsoft_id)
            if row is None:
                row = self._added(customer, one)
                fields: dict[str, Any] = {
                    "account_id": row.account_id,
                    "customer_id": row.customer_id,
                }
                fields |= {"microsoft_id": one.microsoft_id, **one.as_fields()}
                steps.append(Step(SUBSCRIPTION, {"id": row.id}, None, fields))
            elif step := self._changed(customer, row, one):
                steps.append(step)
            seen.append(row)
        if listed.is_whole:
            steps += self._mark_gone(customer, rows, seen)
        return steps, seen

    def _added(self, customer: Customer, told: ToldSubscription) -> Subscription:
        row = Subscription(
            account_id=customer.account_id,
            customer_id=customer.id or 0,
            microsoft_id=told.microsoft_id,
            seen_at=self._at,
            **told.columns,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def _changed(
        self, customer: Customer, row: Subscription, told: ToldSubscription
    ) -> Step | None:
        """Write the columns in which a subscription differs; return the step, None for none."""
        wanted = self._wanted.get(told.microsoft_id, set())
        columns: dict[str, Any] = {
            name: value for name, value in told.columns.items() if name not in wanted
        }
        columns |= {"microsoft_id": told.microsoft_id, "gone_at": None}
        columns["customer_id"] = customer.id
        changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
        return _written(row, changed) if changed else None

    def _mark_gone(
        self, customer: Customer, rows: Iterable[Subscription], seen: Sequence[Subscription]
    ) -> list[Step]:
        there = {row.id for row in seen}
        return [
            _written(row, {"gone_at": self._at})
            for row in rows
            if row.customer_id == customer.id
            and row.microsoft_id
            and row.gone_at is None
            and row.id not in there
        ]

    def _mark(
        self,
        customers: Sequence[Customer],
        told: dict[str, ToldSubscriptions],
        seen: Sequence[int],
    ) -> None:
        """Note when everything was told; this is no change, so the history has no entry of it."""
        self._session.flush()
        connection = self._session.connection()
        rows = SQLModel.metadata.tables["subscriptions"]
        older = update(rows).where(rows.c.id.in_(seen), rows.c.seen_at < self._at)
        connection.execute(older.values(seen_at=self._at))
        table = SQLModel.metadata.tables["customers"]
        by_missing: dict[int, list[int | None]] = {}
        for customer in customers:
            missing = told[str(customer.microsoft_id)].missing
            by_missing.setdefault(missing, []).append(customer.id)
        for missing, ids in by_missing.items():
            read = update(table).where(table.c.id.in_(ids))
            values = {"subscriptions_read_at": self._at, "subscriptions_missing": missing}
            connection.execute(read.values(**values))


def _by_offer(
    told: Sequence[ToldSubscription], rows: Sequence[Subscription]
) -> dict[str | None, Subscription]:
    """Return the rows kept by hand that are told, where one row and one told one fit each other."""
    fits = {one.microsoft_id: [row for row in rows if _is_offer(row, one.columns)] for one in told}
    taken = [row.id for found in fits.values() for row in found]
    return {
        id: found[0]
        for id, found in fits.items()
        if len(found) == 1 and taken.count(found[0].id) == 1
    }


def _is_offer(row: Subscription, told: Any) -> bool:
    if row.offer_id:
        return row.offer_id.lower() == str(told.get("offer_id", "")).lower()
    names = {fold(str(told.get(name, ""))) for name in ("offer_name", "friendly_name")}
    return fold(row.offer_name or row.friendly_name) in names


def _written(row: Subscription, columns: dict[str, Any]) -> Step:
    """Write columns of a subscription; return the step, in the form of the history."""
    before = fields_of(row, list(columns))
    for name, value in columns.items():
        setattr(row, name, value)
    return Step(SUBSCRIPTION, {"id": row.id}, before, fields_of(row, list(columns)))


def _replaces(step: Step) -> bool:
    """Return whether a step replaces something; what only fills in a gap is no change."""
    return any(value not in (None, "") for value in (step.before or {}).values())
