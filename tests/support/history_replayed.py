"""Rebuild the records of a book from its history alone, and compare them with the book."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from partnerdesk.models.changes.fields import value_of
from partnerdesk.models.changes.history import Change
from partnerdesk.models.customers.records import CUSTOMER
from partnerdesk.models.operations.registry import RECORDS
from partnerdesk.models.relationships.records import (
    DELEGATED_ADMIN,
    INVITATION,
    PARTNER,
    RELATIONSHIP,
)

if TYPE_CHECKING:
    from partnerdesk.models.changes.record_kind import RecordKind
    from partnerdesk.models.database.store import Store

REPLAYED = (INVITATION, RELATIONSHIP, PARTNER, DELEGATED_ADMIN)
"""The kinds of records that the history describes completely."""
OF_CUSTOMER = (
    "relationship_to_partner", "ended_at", "allow_delegated_access", "indirect_reseller",
)  # fmt: skip
_COUNTED = {"id", "version", "name_sort", "search_text", "ends_sort"}
"""Columns that the program derives itself."""

Fields = dict[str, Any]
Rows = dict[tuple[str, int], Fields]


class Replay:
    """The records that the stored steps of all changes produce, in their order."""

    def __init__(self) -> None:
        self.rows: Rows = {}
        self.last = 0
        """The id of the last replayed change."""

    def came(self, customer: int, fields: Fields) -> None:
        """Add a customer from an import, which stores no steps in the history."""
        self.rows[CUSTOMER.table, customer] = fields

    def unexplained(self, store: Store) -> list[str]:
        """Replay the new changes; return the records of the book that differ from the replay."""
        stored: Rows = {}
        with store.reading() as session:
            new = select(Change).where(col(Change.id) > self.last).order_by(col(Change.id))
            for change in session.exec(new):
                self._replay(change)
            for record in (CUSTOMER, *REPLAYED):
                names = _empty_of(record)
                for row in session.exec(select(record.entity)).all():
                    fields = {name: getattr(row, name) for name in names}
                    stored[record.table, row.id] = fields  # type: ignore[attr-defined]
        keys = sorted(stored.keys() | self.rows.keys())
        return [f"{key}: {self.rows.get(key)} → {stored.get(key)}" for key in keys
                if stored.get(key) != self.rows.get(key)]  # fmt: skip

    def _replay(self, change: Change) -> None:
        self.last = change.id or 0
        for step in json.loads(change.plan).get("steps", ()):
            _replay(self.rows, step)
        if change.kind == "updated" and change.plan == "{}":  # by an import
            after = _own(CUSTOMER, json.loads(change.after))
            self.rows[CUSTOMER.table, change.customer_id or 0] |= after


def _replay(rows: Rows, step: Fields) -> None:
    record, after = RECORDS[step["record"]], step["after"]
    if record is not CUSTOMER and record not in REPLAYED:
        return
    key = (record.table, step["key"]["id"])
    assert (step["before"] is None) == (key not in rows), f"{step} of {rows.get(key)}"
    if after is None:
        del rows[key]
    elif step["before"] is None:
        rows[key] = _empty_of(record) | _own(record, after)
    else:
        was = _own(record, step["before"])
        assert rows[key] == rows[key] | was, f"{step} of {rows[key]}"
        rows[key] |= _own(record, after)


def _own(record: RecordKind, fields: Fields) -> Fields:
    """Return the replayed fields among some fields, with the types of the entity."""
    kind = record.entity
    return {
        name: value_of(kind, name, raw)
        for name, raw in fields.items()
        if record is not CUSTOMER or name in OF_CUSTOMER
    }


def _empty_of(record: RecordKind) -> Fields:
    """Return the replayed fields of a kind of record, with their default values."""
    return {
        name: None if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in record.entity.model_fields.items()
        if name not in _COUNTED and (record is not CUSTOMER or name in OF_CUSTOMER)
    }
