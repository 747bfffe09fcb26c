"""What an import would do: rows to add, customers to change, rows refused; decided, not done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import moment_text
from partnerdesk.models.importing.cells import TAG_SEPARATOR
from partnerdesk.models.importing.fields import (
    CUSTOMERS,
    FIELD_TITLES,
    PORTAL_FIELDS,
    ImportField,
    ImportList,
)
from partnerdesk.models.languages import _
from partnerdesk.models.sheets import Encoding, PassedOver

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from enum import StrEnum

    from partnerdesk.models.importing.columns import ColumnMap

FIELDS = tuple(ImportField)
PLACE = {field: place for place, field in enumerate(FIELDS)}

Values = tuple[str, ...]
"""A customer as import sees it: a text for each of `FIELDS`, empty where nothing is known."""


def value_of(values: Values, field: ImportField) -> str:
    """Return what `values` say of a field."""
    return values[PLACE[field]]


@dataclass(frozen=True, slots=True)
class Booked:
    """A customer as the book has it."""

    id: int
    version: int
    ended_at: datetime | None
    values: Values


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a customer, before and after, as texts for the person."""

    field: str
    """The field's name in the book."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A customer that the file says something new of."""

    booked: Booked
    values: Values
    """What the customer becomes."""
    reopened: bool
    """Whether it had ended, and is a customer again."""

    @property
    def company_name(self) -> str:
        """What the customer is called now."""
        return value_of(self.booked.values, ImportField.COMPANY_NAME)

    def changed(self) -> list[ImportField]:
        """Return the fields that change."""
        before = self.booked.values
        return [field for field, place in PLACE.items() if before[place] != self.values[place]]

    def shown(self) -> list[FieldChange]:
        """Return what changes, for the person; the end of the relationship among it."""
        lines = [
            FieldChange(field, _text(self.booked.values, field), _text(self.values, field))
            for field in self.changed()
        ]
        if self.reopened:
            lines.append(FieldChange("ended_at", moment_text(self.booked.ended_at), ""))
        return lines


def _text(values: Values, field: ImportField) -> str:
    return value_of(values, field).replace(TAG_SEPARATOR, ", ")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is refused."""

    field: StrEnum | None
    """None where the whole row is meant."""
    value: str
    """What the cell says, shortened and safe to show."""
    reason: str
    """For the person, without the field and the value: `is no domain such as …`."""
    title: str = ""
    """What the field is called, where it is none of a customer's."""
    is_sentence: bool = False
    """Whether the reason says by itself which value is wrong."""

    def __str__(self) -> str:
        title = self.title or (_(FIELD_TITLES[ImportField(self.field)]) if self.field else "")
        if self.is_sentence:
            return f"{title}: {self.reason}" if title else self.reason
        value = _("“{value}”").format(value=self.value) if self.value else ""
        return " ".join(part for part in (title, value, self.reason) if part)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is left out, with all that is wrong with it."""

    line: int
    """Where it begins in the file, from 1."""
    cells: tuple[str, ...]
    """As the file has them."""
    problems: tuple[Problem, ...]
    name: str = ""
    """Whom it is about, as far as the row says it."""

    @property
    def reason(self) -> str:
        """All problems in one text for the person."""
        return "; ".join(str(problem) for problem in self.problems)


@dataclass(frozen=True, kw_only=True)
class FilePlan:
    """What carrying out an import would do, and what the file is; the same for every list."""

    account_id: int
    file: str
    """The file's name without its folder."""
    sha256: str
    written_at: datetime
    """When the file was last written: what it says was so then."""
    columns: ColumnMap
    new_rows: Sequence[object]
    changes: Sequence[object]
    refused_rows: list[RefusedRow]
    kind: ImportList = CUSTOMERS
    encoding: Encoding | None = None
    """Of the text; None for a workbook."""
    passed: PassedOver = field(default_factory=PassedOver)
    """What of the file is no row of data."""
    day_first: bool | None = None
    """How days like 03/04/2026 are read; None where there is none."""

    @property
    def new(self) -> int:
        """How many records would be added."""
        return len(self.new_rows)

    @property
    def changed(self) -> int:
        """How many records would be changed."""
        return len(self.changes)

    @property
    def unchanged(self) -> int:
        """How many rows say what the book says."""
        raise NotImplementedError

    @property
    def refused(self) -> int:
        """How many rows would be left out."""
        return len(self.refused_rows)

    def shown_new(self) -> Iterator[tuple[str, str]]:
        """Yield whom each new row is about, and what else tells it from others."""
        raise NotImplementedError

    def shown_changes(self) -> Iterator[tuple[str, list[FieldChange]]]:
        """Yield whom each changed row is about, and what changes."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class ImportPlan(FilePlan):
    """What importing a file of customers would do."""

    new_rows: list[Values]
    changes: list[PlannedChange]
    known: array[int]
    """Ids of the customers of the book that the file names, changed or not."""

    @property
    def unchanged(self) -> int:
        """How many rows say what the book says."""
        return len(self.known) - len(self.changes)

    def shown_new(self) -> Iterator[tuple[str, str]]:
        """Yield the names and domains of the new customers."""
        name, domain = PLACE[ImportField.COMPANY_NAME], PLACE[ImportField.PRIMARY_DOMAIN]
        return ((values[name], values[domain]) for values in self.new_rows)

    def shown_changes(self) -> Iterator[tuple[str, list[FieldChange]]]:
        """Yield the names of the changed customers, and what changes."""
        return ((change.company_name, change.shown()) for change in self.changes)

    @property
    def from_portal(self) -> bool:
        """Whether the file has what Partner Center's export has, and nothing of the book's own.

        The portal exports four columns (`reference/rules.md §14`), since 2022 the tags too. Only
        such a file says when a customer was last seen.
        """
        mapped = set(self.columns.places) - {ImportField.TAGS}
        return mapped == set(PORTAL_FIELDS)


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import has done, in rows."""

    new: int
    changed: int
    unchanged: int
    refused: int
    unused: tuple[str, ...]
    """Headings of the columns that were left out."""
    change_id: int | None
    """Its entry in the history; None where nothing was new or changed."""
    accepted: int = 0
    """How many invitations are accepted by it, since their customers are in the book now."""
