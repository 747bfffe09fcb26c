"""Finds out which customers that an import changed can be restored, many customers at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from partnerdesk.models.changes.fields import differences
from partnerdesk.models.changes.history import Change, as_object
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.customers.entities import BillingProfile, CompanyProfile, Customer, Tag
from partnerdesk.models.customers.records import BILLING, COMPANY, CUSTOMER, TAG
from partnerdesk.models.languages import _
from partnerdesk.models.operations.bulk_records import RowState
from partnerdesk.models.operations.describe_fields import field_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlmodel import Session, SQLModel

    from partnerdesk.models.changes.plan import Fields

AT_ONCE = 1000
"""How many entries are read at a time."""

_KINDS = {record.table: record for record in (CUSTOMER, COMPANY, BILLING, TAG)}
"""The kinds of records that an import changes, by table name."""


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A customer that the import changed."""

    customer_id: int
    subject: str
    state: RowState
    entry_id: int
    """The id of the history entry of the customer's change."""
    message: str = ""
    """Why the customer is not restored; empty if it is."""
    change: str = ""
    """The restored fields, such as `Country: AT → DE`."""


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry of the history about a customer that the import changed."""

    id: int
    customer_id: int
    subject: str
    before: Fields
    after: Fields
    plan: Fields
    undone_by: int | None

    @property
    def steps(self) -> list[Fields]:
        """The steps of the import's change, in JSON form."""
        steps: list[Fields] = self.plan["steps"]
        return steps


def kept_entries(session: Session, import_id: int) -> Iterator[list[KeptEntry]]:
    """Yield the entries of an import's changed customers in order, `AT_ONCE` at a time."""
    last = 0
    columns = (
        Change.id, Change.customer_id, Change.subject, Change.before, Change.after, Change.plan,
        Change.undone_by,
    )  # fmt: skip
    while True:
        rows: Any = select(*columns).where(  # type: ignore[call-overload]
            Change.part_of == import_id, Change.kind == ChangeKind.UPDATED, col(Change.id) > last
        )
        found = session.execute(rows.order_by(col(Change.id)).limit(AT_ONCE)).all()
        if not found:
            return
        last = int(found[-1].id)
        yield [
            KeptEntry(
                row.id, row.customer_id, row.subject, as_object(row.before), as_object(row.after),
                as_object(row.plan), row.undone_by,
            )
            for row in found
        ]  # fmt: skip


def changed_rows(session: Session, entry: Change) -> Iterator[ChangedRow]:
    """Yield each customer that an import changed, with the restored fields or why it stays."""
    for entries in kept_entries(session, entry.id or 0):
        found = _Records(session, [kept.customer_id for kept in entries])
        for kept in entries:
            row = kept.customer_id, kept.subject
            if kept.undone_by is not None:
                text = _("It was undone already, by change {id}.").format(id=kept.undone_by)
                yield ChangedRow(*row, RowState.NOTHING, kept.id, text)
            elif why := found.why_not(kept.steps):
                yield ChangedRow(*row, RowState.REFUSED, kept.id, why)
            else:
                change = "; ".join(field_lines(kept.after, kept.before))
                yield ChangedRow(*row, RowState.WAITING, kept.id, "", change)
        session.expunge_all()


class _Records:
    """The present records of some customers."""

    def __init__(self, session: Session, customers: Sequence[int]) -> None:
        self._rows: dict[tuple[str, tuple[Any, ...]], SQLModel] = {}
        for kind, key in (
            (Customer, ("id",)),
            (CompanyProfile, ("customer_id",)),
            (BillingProfile, ("customer_id",)),
            (Tag, ("customer_id", "name")),
        ):
            entity: Any = kind
            of = entity.id if kind is Customer else entity.customer_id
            for row in session.exec(select(entity).where(of.in_(customers))):
                place = tuple(getattr(row, name) for name in key)
                self._rows[str(entity.__tablename__), place] = row

    def why_not(self, steps: Sequence[Fields]) -> str:
        """Return why the steps of an import cannot be undone; empty if they can."""
        changed: list[str] = []
        for step in steps:
            row = self._rows.get((step["record"], tuple(step["key"].values())))
            record = _KINDS[step["record"]]
            if record is CUSTOMER and row is None:
                return _("This customer is not in the book any more.")
            if step["after"] is None or row is None:
                if (step["after"] is None) != (row is None):
                    changed.append(_(record.title))
                continue
            names = differences(row, step["after"])
            changed += [_(record.fields.get(name, name)) for name in names]
        if not changed:
            return ""
        fields = ", ".join(dict.fromkeys(changed))
        return _("It was changed again since: {fields}.").format(fields=fields)
