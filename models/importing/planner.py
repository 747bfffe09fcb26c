"""Plans the rows of an import of customers: finds the customer of each row, and the changes.

Rows with a Microsoft ID are planned first, wherever they stand in the file, so that a second import
of the same file matches the same customers and changes nothing.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.customers.entities import Relationship
from partnerdesk.models.importing.cells import CellReader, UnfitError, too_long
from partnerdesk.models.importing.fields import ImportField
from partnerdesk.models.importing.plan import (
    FIELDS,
    PLACE,
    Booked,
    PlannedChange,
    Problem,
    RefusedRow,
)
from partnerdesk.models.importing.words import import_words
from partnerdesk.models.languages import _
from partnerdesk.models.sheets import LONGEST_CELL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from partnerdesk.models.importing.columns import ColumnMap
    from partnerdesk.models.importing.plan import Values

_VALUE_SHOWN = 60
_ID, _NAME = PLACE[ImportField.MICROSOFT_ID], PLACE[ImportField.COMPANY_NAME]
_DOMAIN, _RELATIONSHIP = PLACE[ImportField.PRIMARY_DOMAIN], PLACE[ImportField.RELATIONSHIP]


class RowPlanner:
    """Plans the rows of a file: `take` receives each row, `finish` plans the postponed rows."""

    def __init__(self, columns: ColumnMap, book: Iterable[Booked]) -> None:
        self.new_rows: list[Values] = []
        self.changes: list[PlannedChange] = []
        self.refused_rows: list[RefusedRow] = []
        self.known: array[int] = array("q")
        """The ids of the book's customers that rows matched."""
        self.remarks: list[tuple[int, str]] = []
        """Totals and remarks below the table: the number and the text of each line."""
        self._totals = total_words()
        self._width = len(columns.columns)
        self._name_place = columns.places.get(ImportField.COMPANY_NAME)
        self._places = [
            (ImportField(field), PLACE[ImportField(field)], place)
            for field, place in columns.places.items()
        ]
        self._reader = CellReader()
        self._by_id: dict[str, Booked] = {}
        self._by_domain: dict[str, list[Booked]] = {}
        for customer in book:
            if customer.values[_ID]:
                self._by_id[customer.values[_ID]] = customer
            if customer.values[_DOMAIN]:
                self._by_domain.setdefault(customer.values[_DOMAIN], []).append(customer)
        self._taken: set[int] = set()
        self._line_of_id: dict[str, int] = {}
        self._line_of_domain: dict[str, int] = {}
        self._without_id: list[tuple[int, list[str], Values]] = []

    def take(self, line: int, cells: list[str]) -> None:
        """Plan a row; a row without a Microsoft ID is postponed until `finish`."""
        values, problems = self._read(cells)
        if problems and is_remark(cells, self._totals):
            self.remarks.append((line, " ".join(filter(None, cells))))
        elif problems:
            self._refuse(line, cells, *problems)
        elif values[_ID]:
            self._take_with_id(line, cells, values)
        else:
            self._without_id.append((line, cells, values))

    def finish(self) -> None:
        """Plan the rows without a Microsoft ID, and sort the refused rows by line."""
        for line, cells, values in self._without_id:
            self._take_without_id(line, cells, values)
        self._without_id.clear()
        self.refused_rows.sort(key=lambda row: row.line)

    def _read(self, cells: list[str]) -> tuple[Values, list[Problem]]:
        problem = whole_row_problem(cells, self._width)
        if problem:
            return (), [problem]
        values, problems = [""] * len(FIELDS), []
        for field, index, place in self._places:
            text = cells[place].strip() if place < len(cells) else ""
            if not text:
                continue
            try:
                values[index] = self._reader.read(field, text)
            except UnfitError as error:
                wrong = Problem(field, shortened(text), str(error), is_sentence=error.is_sentence)
                problems.append(wrong)
        unfit = {problem.field for problem in problems}
        if not values[_NAME] and ImportField.COMPANY_NAME not in unfit:
            problems.append(Problem(ImportField.COMPANY_NAME, "", _("is empty")))
        keys = {ImportField.MICROSOFT_ID, ImportField.PRIMARY_DOMAIN}
        if not values[_ID] and not values[_DOMAIN] and keys.isdisjoint(unfit):
            reason = _("is empty, and so is the primary domain")
            problems.append(Problem(ImportField.MICROSOFT_ID, "", reason))
        return tuple(values), problems

    def _take_with_id(self, line: int, cells: list[str], values: Values) -> None:
        microsoft_id = values[_ID]
        first = self._line_of_id.setdefault(microsoft_id, line)
        if first != line:
            self._refuse_second(line, cells, ImportField.MICROSOFT_ID, microsoft_id, first)
            return
        found = self._by_id.get(microsoft_id) or self._awaiting_id(values[_DOMAIN])
        after = self._accept(found, values)
        if after[_DOMAIN]:
            self._line_of_domain.setdefault(after[_DOMAIN], line)

    def _awaiting_id(self, domain: str) -> Booked | None:
        """Return the only unmatched customer with this domain and without a Microsoft ID."""
        waiting = [
            customer
            for customer in self._by_domain.get(domain, ())
            if not customer.values[_ID] and customer.id not in self._taken
        ]
        return waiting[0] if len(waiting) == 1 else None

    def _take_without_id(self, line: int, cells: list[str], values: Values) -> None:
        domain = values[_DOMAIN]
        first = self._line_of_domain.setdefault(domain, line)
        if first != line:
            self._refuse_second(line, cells, ImportField.PRIMARY_DOMAIN, domain, first)
            return
        found = [c for c in self._by_domain.get(domain, ()) if c.id not in self._taken]
        if len(found) > 1:
            found = [customer for customer in found if customer.ended_at is None] or found
        if len(found) > 1:
            reason = _("is the domain of several customers; add the Microsoft ID")
            self._refuse(line, cells, Problem(ImportField.PRIMARY_DOMAIN, domain, reason))
            return
        self._accept(found[0] if found else None, values)

    def _accept(self, found: Booked | None, values: Values) -> Values:
        """Plan to change the customer `found`, or to add one for None; return the new values."""
        if found is None:
            if not values[_RELATIONSHIP]:
                filled = list(values)
                filled[_RELATIONSHIP] = Relationship.UNKNOWN.value
                values = tuple(filled)
            self.new_rows.append(values)
            return values
        self._taken.add(found.id)
        self.known.append(found.id)
        after = self._merged(found.values, values)
        goes_on = values[_RELATIONSHIP] not in ("", Relationship.NONE)
        reopened = found.ended_at is not None and goes_on
        if reopened or after != found.values:
            self.changes.append(PlannedChange(found, after, reopened))
        return after

    def _merged(self, before: Values, row: Values) -> Values:
        """Return a customer's values, replaced by those values of a row that are not empty."""
        changed = [
            index
            for _field, index, _place in self._places
            if row[index]
            and row[index] not in (before[index], before[index].strip())
            # Another tool's file that does not know the relationship must not remove it.
            and not (index == _RELATIONSHIP and row[index] == Relationship.UNKNOWN)
        ]
        if not changed:
            return before
        after = list(before)
        for index in changed:
            after[index] = row[index]
        return tuple(after)

    def _refuse_second(
        self, line: int, cells: list[str], field: ImportField, value: str, first: int
    ) -> None:
        reason = _("is in line {line} already").format(line=first)
        self._refuse(line, cells, Problem(field, shortened(value), reason))

    def _refuse(self, line: int, cells: list[str], *problems: Problem) -> None:
        place = self._name_place
        name = shortened(cells[place].strip()) if place is not None and place < len(cells) else ""
        self.refused_rows.append(RefusedRow(line, tuple(cells), problems, name))


def whole_row_problem(cells: list[str], width: int) -> Problem | None:
    """Return why a row of any list cannot be read at all; None for a readable row."""
    if len(cells) > width:
        surplus = "".join(cells[width:]).strip()
        if surplus:
            reason = _("is one cell too many; is a cell with a comma in it not quoted?")
            return Problem(None, shortened(surplus), reason)
    text = "".join(cells)
    if "\0" in text:
        return Problem(None, "", _("A cell has a NUL character"))
    if len(text) > LONGEST_CELL:
        longest = max(cells, key=len)
        if len(longest) > LONGEST_CELL:
            return Problem(None, shortened(longest), too_long(LONGEST_CELL))
    return None


def total_words() -> tuple[str, ...]:
    """Return the folded words with which lines of totals and remarks begin."""
    return tuple(fold(word) for words in import_words() for word in words.totals)


def is_remark(cells: Sequence[str], totals: tuple[str, ...]) -> bool:
    """Return whether a row that cannot be imported is a line of totals or a remark."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and _begins_with(fold(filled[0]), totals)


def _begins_with(text: str, words: tuple[str, ...]) -> bool:
    return any(
        text.startswith(word) and not text[len(word) : len(word) + 1].isalpha() for word in words
    )


def shortened(text: str) -> str:
    """Return the text of a cell, cut and safe to show in a message."""
    return shown(text if len(text) <= _VALUE_SHOWN else f"{text[:_VALUE_SHOWN]}…")
