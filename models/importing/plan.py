"""The plan of an import: rows to add, records to change, refused rows; nothing is written yet."""

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
"""The index of each field in `Values`."""

Values = tuple[str, ...]
"""The values of a customer in an import: a text for each of `FIELDS`, empty if unknown."""


def value_of(values: Values, field: ImportField) -> str:
    """Return the value of a field."""
    return values[PLACE[field]]


@dataclass(frozen=True, slots=True)
class Booked:
    """A customer of the book."""

    id: int
    version: int
    ended_at: datetime | None
    values: Values


@dataclass(frozen=True, slots=True)
class FieldChange:
    """The change of one field, as texts for the person."""

    field: str
    """The field's name in the book."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A customer that the import changes."""

    booked: Booked
    """The customer before the import."""
    values: Values
    """The values after the import."""
    reopened: bool
    """Whether the relationship had ended and the import makes it active again."""

    @property
    def company_name(self) -> str:
        """The customer's name before the import."""
        return value_of(self.booked.values, ImportField.COMPANY_NAME)

    def changed(self) -> list[ImportField]:
        """Return the fields whose values change."""
        before = self.booked.values
        return [field for field, place in PLACE.items() if before[place] != self.values[place]]

    def shown(self) -> list[FieldChange]:
        """Return the changes for the person, including the removed end of a relationship."""
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
    """A reason for refusing a row; `str()` gives the text for the person."""

    field: StrEnum | None
    """The field with the problem; None for a problem of the whole row."""
    value: str
    """The text of the cell, shortened and safe to show."""
    reason: str
    """The rest of a sentence about field and value, such as `is no domain such as …`."""
    title: str = ""
    """The title of the field; empty for a field of a customer, whose title is known."""
    is_sentence: bool = False
    """Whether `reason` is a whole sentence, to be shown without the value."""

    def __str__(self) -> str:
        title = self.title or (_(FIELD_TITLES[ImportField(self.field)]) if self.field else "")
        if self.is_sentence:
            return f"{title}: {self.reason}" if title else self.reason
        value = _("“{value}”").format(value=self.value) if self.value else ""
        return " ".join(part for part in (title, value, self.reason) if part)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not imported, with all its problems."""

    line: int
    """The line of the file in which the row begins, from 1."""
    cells: tuple[str, ...]
    """The unchanged texts of the row's cells."""
    problems: tuple[Problem, ...]
    name: str = ""
    """The name of the customer or partner; empty if the row has none."""

    @property
    def reason(self) -> str:
        """All problems in one text for the person."""
        return "; ".join(str(problem) for problem in self.problems)


@dataclass(frozen=True, kw_only=True)
class FilePlan:
    """The plan of an import into any list, and the properties of its file."""

    account_id: int
    file: str
    """The file's name without its folder."""
    sha256: str
    """The SHA-256 of the file in hexadecimal digits."""
    written_at: datetime
    """When the file was last modified; its content was true at that time."""
    columns: ColumnMap
    new_rows: Sequence[object]
    changes: Sequence[object]
    refused_rows: list[RefusedRow]
    kind: ImportList = CUSTOMERS
    encoding: Encoding | None = None
    """The encoding of a text file; None for a workbook."""
    passed: PassedOver = field(default_factory=PassedOver)
    """The lines of the file that are no rows of data."""
    day_first: bool | None = None
    """Whether 03/04/2026 is 3 April; None if the file has no such ambiguous day."""

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
        """How many rows agree with the book."""
        raise NotImplementedError

    @property
    def refused(self) -> int:
        """How many rows are refused."""
        return len(self.refused_rows)

    def shown_new(self) -> Iterator[tuple[str, str]]:
        """Yield the name and a distinguishing detail of each new row."""
        raise NotImplementedError

    def shown_changes(self) -> Iterator[tuple[str, list[FieldChange]]]:
        """Yield the name and the field changes of each changed row."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class ImportPlan(FilePlan):
    """The plan of an import of customers."""

    new_rows: list[Values]
    changes: list[PlannedChange]
    known: array[int]
    """The ids of the book's customers that the file contains, changed or not."""

    @property
    def unchanged(self) -> int:
        """How many rows agree with the book."""
        return len(self.known) - len(self.changes)

    def shown_new(self) -> Iterator[tuple[str, str]]:
        """Yield the names and domains of the new customers."""
        name, domain = PLACE[ImportField.COMPANY_NAME], PLACE[ImportField.PRIMARY_DOMAIN]
        return ((values[name], values[domain]) for values in self.new_rows)

    def shown_changes(self) -> Iterator[tuple[str, list[FieldChange]]]:
        """Yield the names and the field changes of the changed customers."""
        return ((change.company_name, change.shown()) for change in self.changes)

    @property
    def from_portal(self) -> bool:
        """Whether the file has exactly the columns of Partner Center's export; tags are optional.

        The portal exports four columns (`reference/rules.md §14`), since 2022 the tags too. Only
        such a file shows when Partner Center last listed a customer.
        """
        mapped = set(self.columns.places) - {ImportField.TAGS}
        return mapped == set(PORTAL_FIELDS)


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """The result of an import, in numbers of rows."""

    new: int
    changed: int
    unchanged: int
    refused: int
    unused: tuple[str, ...]
    """The headings of the columns that were ignored."""
    change_id: int | None
    """The id of the import's history entry; None if no row was new or changed."""
    accepted: int = 0
    """How many invitations were marked as accepted, because the import added their customers."""
