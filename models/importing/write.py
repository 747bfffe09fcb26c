"""Writes a planned import of customers, with profiles, tags and history, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from itertools import count, repeat
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.history import Change, History, appending, as_json, entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, PlanContext, Target
from partnerdesk.models.core.clock import iso
from partnerdesk.models.core.errors import ConflictError
from partnerdesk.models.customers.entities import Customer, Relationship
from partnerdesk.models.customers.ids import first_free_id
from partnerdesk.models.importing.cells import TAG_SEPARATOR
from partnerdesk.models.importing.existing import OWN_FIELDS, batches, load_locked, table_of
from partnerdesk.models.importing.fields import ImportField
from partnerdesk.models.importing.plan import ImportOutcome, value_of
from partnerdesk.models.importing.steps import existing_profiles, recorded, steps_of
from partnerdesk.models.importing.write_related import Written, run, write_related
from partnerdesk.models.languages import _
from partnerdesk.models.operations.close_invitations import close_matched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.plan import Step
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.importing.plan import ImportPlan, PlannedChange, Values
    from partnerdesk.models.importing.write_related import BoundRow

_ACCOUNTS, _CUSTOMERS, _CHANGES = table_of(PartnerAccount), table_of(Customer), table_of(Change)

_OF = "of_customer"
_SEARCHED = frozenset(
    {
        ImportField.COMPANY_NAME,
        ImportField.PRIMARY_DOMAIN,
        ImportField.ALIAS,
        ImportField.TAGS,
    }
)
"""The fields from which the columns `company_sort` and `search_text` are derived."""
_ALONE = OWN_FIELDS - {ImportField.COUNTRY}
"""The fields whose change affects no table other than the customers'."""


def carry_out_import(store: Store, plan: ImportPlan, actor: Actor, at: datetime) -> ImportOutcome:
    """Write a planned import in one transaction, then close invitations of the new customers.

    A new customer stores the id of the import's history entry. A changed customer has its own
    entry, a part of the import's, with the plan that can be undone (`models.importing.undo`). A
    Partner Center export also updates when its customers were seen. An import without new or
    changed customers gets no entry.

    Raises:
        ConflictError: the book was changed since the plan was made; nothing was written.
        RefusedError: the console is in read-only mode.
        StoreError: the database cannot be written.
    """
    with store.writing() as session:
        try:
            outcome = _Import(session, plan, actor, at).carry_out()
        except IntegrityError as error:  # another process added one of the customers
            raise _changed_meanwhile() from error
    accepted = close_matched(store, [plan.account_id], actor, at)
    return replace(outcome, accepted=accepted)


def _changed_meanwhile() -> ConflictError:
    return ConflictError(
        _("The book was changed since the file was looked through; nothing was written."),
        _("Import the file again."),
    )


class _Import:
    """Writes one import, inside its transaction."""

    def __init__(self, session: Session, plan: ImportPlan, actor: Actor, at: datetime) -> None:
        self.session = session
        self.connection = session.connection()
        self.plan = plan
        self.actor = actor
        self.at = at
        self.seen = min(plan.written_at, at)
        """The moment of the file's content: when the file was written, but never after now."""

    def carry_out(self) -> ImportOutcome:
        plan = self.plan
        self._lock_account()
        change_id = None
        if plan.new_rows or plan.changes:
            with appending(self.session) as history:
                self._refuse_changed()
                change_id = self._record_import(history)
                self._change_known(history, change_id)
                self._add_new(change_id)
        if plan.from_portal:
            self._mark_seen()
        return ImportOutcome(
            new=plan.new,
            changed=plan.changed,
            unchanged=plan.unchanged,
            refused=plan.refused,
            unused=plan.columns.unused,
            change_id=change_id,
        )

    def _lock_account(self) -> None:
        """Lock the account, so that two imports into it run one after the other."""
        account = select(_ACCOUNTS.c.cloud).where(_ACCOUNTS.c.id == self.plan.account_id)
        found = self.connection.execute(account.with_for_update(key_share=True)).first()
        if found is None:
            raise _changed_meanwhile()
        self.cloud = str(found.cloud)

    def _refuse_changed(self) -> None:
        """Raise a `ConflictError` if a customer to change was changed since the plan was made."""
        planned = {change.booked.id: change.booked for change in self.plan.changes}
        found = load_locked(self.session, sorted(planned), self.plan.columns.places)
        if sum(planned[customer.id] == customer for customer in found) != len(planned):
            raise _changed_meanwhile()

    def _record_import(self, history: History) -> int:
        plan = self.plan
        after = {
            "file": plan.file,
            "sha256": plan.sha256,
            "new": plan.new,
            "changed": plan.changed,
            "unchanged": plan.unchanged,
            "refused": plan.refused,
        }
        kept = {"import": plan.file, "seen_at": iso(self.seen) if plan.from_portal else None}
        fields = {"subject": plan.file, "plan": as_json(kept)}
        row = history.sealed(self._entry(ChangeKind.IMPORTED, {}, after, **fields))
        self.connection.execute(insert(_CHANGES), [row])
        return int(row["id"])

    def _change_known(self, history: History, change_id: int) -> None:
        changes = self.plan.changes
        profiles = existing_profiles(self.connection, [change.booked.id for change in changes])
        plans = [self._plan_of(change, steps_of(change, profiles)) for change in changes]
        alike: dict[tuple[str, ...], list[PlannedChange]] = {}
        for change in changes:
            alike.setdefault(_changed_columns(change), []).append(change)
        for names, group in alike.items():
            columns: BoundRow = {name: bindparam(f"new_{name}") for name in names}
            columns["version"] = _CUSTOMERS.c.version + 1
            statement = update(_CUSTOMERS).where(_CUSTOMERS.c.id == bindparam(_OF)).values(columns)
            run(self.connection, statement, (_bound(change, names) for change in group))
        entries = (
            history.sealed(self._updated(change, plan) | {"part_of": change_id})
            for change, plan in zip(changes, plans, strict=True)
        )
        run(self.connection, insert(_CHANGES), entries)
        if self.plan.columns.places.keys() - _ALONE:
            written = [Written(row.booked.id, row.booked.values, row.values) for row in changes]
            write_related(self.connection, written)

    def _plan_of(self, change: PlannedChange, steps: list[Step]) -> str:
        """Return the plan of a changed customer in JSON, for the history."""
        by = PlanContext(self.actor, self.at, "")
        target = Target(self.plan.account_id, self.cloud, change.company_name, change.booked.id)
        return as_json(Plan.of(ChangeKind.UPDATED, by, target, steps).as_json())

    def _updated(self, change: PlannedChange, plan: str) -> BoundRow:
        before, after = change.booked.values, change.values
        fields = change.changed()
        was = {field.value: recorded(before, field) for field in fields}
        becomes = {field.value: recorded(after, field) for field in fields}
        if change.reopened and change.booked.ended_at:
            was["ended_at"] = change.booked.ended_at.isoformat()
            becomes["ended_at"] = None
        return self._entry(
            ChangeKind.UPDATED, was, becomes,
            subject=change.company_name, customer_id=change.booked.id, plan=plan,
        )  # fmt: skip

    def _add_new(self, change_id: int) -> None:
        rows = self.plan.new_rows
        self._refuse_added()
        seen = {"seen_at": self.seen} if self.plan.from_portal else {}
        same = {
            "account_id": self.plan.account_id,
            "added_at": self.at,
            "added_by_change": change_id,
            "version": 1,
            **seen,
        }
        first = first_free_id(self.connection)
        ids: Iterable[BoundRow] = (
            repeat({}) if first is None else ({"id": id} for id in count(first))
        )
        columns = ({**_columns(row), **same, **id} for row, id in zip(rows, ids, strict=False))
        run(self.connection, insert(_CUSTOMERS), columns)
        if self.plan.columns.places.keys() - OWN_FIELDS:
            added = self._added(change_id)
            write_related(self.connection, [Written(added[_key(row)], None, row) for row in rows])

    def _refuse_added(self) -> None:
        """Raise a `ConflictError` if the book has a new customer of the plan, found by its domain.

        Only customers without a Microsoft ID are looked up; a unique constraint guards the others.
        """
        domains = (
            value_of(row, ImportField.PRIMARY_DOMAIN)
            for row in self.plan.new_rows
            if not value_of(row, ImportField.MICROSOFT_ID)
        )
        for batch in batches(domains):
            existing = select(_CUSTOMERS.c.id).where(
                _CUSTOMERS.c.account_id == self.plan.account_id,
                _CUSTOMERS.c.primary_domain.in_(batch),
            )
            if self.connection.execute(existing.limit(1)).first():
                raise _changed_meanwhile()

    def _added(self, change_id: int) -> dict[str, int]:
        """Return the ids of the customers of this import, by Microsoft ID or else by domain."""
        customers = _CUSTOMERS.c
        added = select(customers.id, customers.microsoft_id, customers.primary_domain).where(
            customers.account_id == self.plan.account_id, customers.added_by_change == change_id
        )
        found = self.connection.execute(added)
        return {microsoft_id or domain: key for key, microsoft_id, domain in found}

    def _mark_seen(self) -> None:
        """Update when the file's customers and the account were last seen in Partner Center.

        This is no change of a customer, so the history gets no entry. An older file has no effect.
        """
        for batch in batches(sorted(self.plan.known)):
            self.connection.execute(
                update(_CUSTOMERS)
                .where(_CUSTOMERS.c.id.in_(batch), _CUSTOMERS.c.seen_at < self.seen)
                .values(seen_at=self.seen)
            )
        account = _ACCOUNTS.c.id == self.plan.account_id
        older = _ACCOUNTS.c.synced_at < self.seen
        self.connection.execute(update(_ACCOUNTS).where(account, older).values(synced_at=self.seen))

    def _entry(
        self,
        kind: ChangeKind,
        before: Mapping[str, object],
        after: Mapping[str, object],
        **fields: object,
    ) -> BoundRow:
        return entry(
            kind, self.actor, self.at, before=before, after=after,
            account_id=self.plan.account_id, **fields,
        )  # fmt: skip


def _columns(values: Values) -> BoundRow:
    """Return the columns of a customer's own row, with the derived ones."""
    columns: BoundRow = {field.value: value_of(values, field) for field in OWN_FIELDS}
    columns["microsoft_id"] = columns["microsoft_id"] or None
    relationship = ImportField.RELATIONSHIP
    columns[relationship.value] = Relationship(columns[relationship.value])
    tags = value_of(values, ImportField.TAGS)
    split = tags.split(TAG_SEPARATOR) if tags else []
    return columns | Customer.derive(columns | {"tags": split})


def _changed_columns(change: PlannedChange) -> tuple[str, ...]:
    """Return the columns to write in a customer's row: only changed ones, to spare the indexes."""
    fields = change.changed()
    names = [field.value for field in fields if field in OWN_FIELDS]
    if not _SEARCHED.isdisjoint(fields):
        names += Customer.DERIVED
    return (*names, "ended_at") if change.reopened else tuple(names)


def _bound(change: PlannedChange, names: tuple[str, ...]) -> BoundRow:
    columns = {**_columns(change.values), "ended_at": None}
    return {_OF: change.booked.id, **{f"new_{name}": columns[name] for name in names}}


def _key(values: Values) -> str:
    return value_of(values, ImportField.MICROSOFT_ID) or value_of(
        values, ImportField.PRIMARY_DOMAIN
    )
