"""Writes the undo of an import: many records with each statement, and the history."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from partnerdesk.models.changes.fields import value_of
from partnerdesk.models.changes.history import Change, as_json, entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.customers.entities import Customer, Tag
from partnerdesk.models.importing.existing import batches, table_of
from partnerdesk.models.importing.undo_rows import kept_entries
from partnerdesk.models.importing.write_related import run
from partnerdesk.models.operations.registry import RECORDS
from partnerdesk.models.operations.undo import GOES_WITH_CUSTOMER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from partnerdesk.models.changes.history import History
    from partnerdesk.models.changes.plan import Fields, PlanContext
    from partnerdesk.models.importing.undo_rows import KeptEntry
    from partnerdesk.models.importing.write_related import BoundRow

_CUSTOMERS, _TAGS, _CHANGES = table_of(Customer), table_of(Tag), table_of(Change)


class UndoWriter:
    """Undoes rows of one import, inside an open transaction."""

    def __init__(
        self, session: Session, history: History, imported: Change, by: PlanContext
    ) -> None:
        self.session, self.connection = session, session.connection()
        self.history, self.imported, self.by = history, imported, by

    def write(self, removed: Sequence[int], restored: Sequence[int], left: int, why: str) -> int:
        """Remove added customers and restore changed ones; return the id of the undo's entry.

        Args:
            removed: the ids of the added customers to remove.
            restored: the ids of the entries to undo.
            left: how many rows stay as they are.
            why: the person's reason, for the history.
        """
        undo = self._record(len(removed), len(restored), left, why)
        wanted = frozenset(restored)
        for entries in kept_entries(self.session, self.imported.id or 0):
            self._restore([kept for kept in entries if kept.id in wanted], undo, why)
        self._remove(removed)
        return undo

    def _record(self, removed: int, restored: int, left: int, why: str) -> int:
        file = self.imported.subject
        row = self._entry(
            {},
            {"file": file, "removed": removed, "restored": restored, "left": left},
            subject=file,
            why=why,
            undoes=self.imported.id,
            plan=as_json({"import": file}),
            plan_id=self.by.plan_id,
        )
        self.connection.execute(insert(_CHANGES), [row])
        return int(row["id"])

    def _entry(self, before: Fields, after: Fields, **fields: Any) -> BoundRow:
        return self.history.sealed(
            entry(
                ChangeKind.UNDONE, self.by.actor, self.by.at, before=before, after=after,
                account_id=self.imported.account_id, **fields,
            )
        )  # fmt: skip

    # Changed customers

    def _restore(self, entries: Sequence[KeptEntry], undo: int, why: str) -> None:
        if not entries:
            return
        self._write_records(entries)
        self._write_customers(entries)
        rows = [
            self._entry(
                kept.after, kept.before, subject=kept.subject, customer_id=kept.customer_id,
                why=why, undoes=kept.id, part_of=undo, plan=as_json(_reversed_plan(kept)),
            )
            for kept in entries
        ]  # fmt: skip
        run(self.connection, insert(_CHANGES), rows)

    def _write_records(self, entries: Sequence[KeptEntry]) -> None:
        """Reverse the steps on tables other than the customers', grouped by statement."""
        alike: dict[tuple[str, str, tuple[str, ...]], list[BoundRow]] = defaultdict(list)
        for kept in entries:
            for step in reversed(kept.steps):
                name, key, fields = step["record"], step["key"], step["before"]
                if name == _CUSTOMERS.name:
                    continue
                if fields is None:
                    alike[name, "delete", tuple(key)].append(_bound("of", key))
                    continue
                kind = RECORDS[name].entity
                values = {field: value_of(kind, field, raw) for field, raw in fields.items()}
                if step["after"] is None:
                    alike[name, "insert", ()].append({**key, **values})
                else:
                    bound = _bound("of", key) | _bound("new", values)
                    alike[name, "update", tuple(values)].append(bound)
        for (name, act, columns), rows in sorted(alike.items()):
            self._write_alike(name, act, columns, rows)

    def _write_alike(
        self, name: str, act: str, columns: Sequence[str], rows: Sequence[BoundRow]
    ) -> None:
        table = table_of(RECORDS[name].entity)
        keys = table.primary_key.columns
        same = [column == bindparam(f"of_{column.name}") for column in keys]
        if act == "delete":
            run(self.connection, delete(table).where(*same), rows)
        elif act == "insert":
            run(self.connection, insert(table), rows)
        else:
            values: BoundRow = {column: bindparam(f"new_{column}") for column in columns}
            if "version" in table.c:
                values["version"] = table.c.version + 1
            run(self.connection, update(table).where(*same).values(values), rows)

    def _write_customers(self, entries: Sequence[KeptEntry]) -> None:
        """Restore the customers' own rows; changed tags change their search text, too."""
        tags = self._tags([kept.customer_id for kept in entries])
        names = self._names([kept.customer_id for kept in entries])
        alike: dict[tuple[str, ...], list[BoundRow]] = defaultdict(list)
        for kept in entries:
            fields: Fields = {}
            for step in kept.steps:
                if step["record"] == _CUSTOMERS.name:
                    fields |= step["before"]
            id = kept.customer_id
            values = {name: value_of(Customer, name, raw) for name, raw in fields.items()}
            values |= Customer.derive({**names[id], **values, "tags": tags.get(id, [])})
            alike[tuple(values)].append({"of_id": id, **_bound("new", values)})
        for columns, rows in alike.items():
            self._write_alike(str(_CUSTOMERS.name), "update", columns, rows)

    def _tags(self, customers: Sequence[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        rows = select(_TAGS.c.customer_id, _TAGS.c.name).where(_TAGS.c.customer_id.in_(customers))
        for id, name in self.connection.execute(rows):
            found[id].append(name)
        return found

    def _names(self, customers: Sequence[int]) -> dict[int, BoundRow]:
        own = _CUSTOMERS.c
        names = (own[name] for name in Customer.SEARCHED)
        rows = select(own.id, *names).where(own.id.in_(customers))
        return {
            id: dict(zip(Customer.SEARCHED, values, strict=True))
            for id, *values in self.connection.execute(rows)
        }

    # Added customers

    def _remove(self, customers: Sequence[int]) -> None:
        for batch in batches(customers):
            for record in GOES_WITH_CUSTOMER:
                table = table_of(record.entity)
                self.connection.execute(delete(table).where(table.c.customer_id.in_(batch)))
            self.connection.execute(delete(_CUSTOMERS).where(_CUSTOMERS.c.id.in_(batch)))


def _bound(prefix: str, fields: Fields) -> BoundRow:
    return {f"{prefix}_{name}": value for name, value in fields.items()}


def _reversed_plan(kept: KeptEntry) -> Fields:
    """Return the entry's plan with reversed steps, so that the undo can be undone in turn."""
    steps = [
        {**step, "before": step["after"], "after": step["before"]} for step in reversed(kept.steps)
    ]
    return {**kept.plan, "kind": ChangeKind.UNDONE.value, "steps": steps, "undoes": kept.id}
