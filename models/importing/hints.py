"""Recognises words and the header of files to import, from the headings of all lists."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.importing.fields import LISTS, headings, key
from partnerdesk.models.importing.words import import_words
from partnerdesk.models.sheets import is_type_line
from partnerdesk.models.values.countries import country_code
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from collections.abc import Sequence


class FileHints:
    """The hints that help to read files to import (`models.sheets.Hints`)."""

    @cached_property
    def _headings(self) -> set[str]:
        of_fields = chain.from_iterable(headings(kind).values() for kind in LISTS.values())
        return {name for name in chain.from_iterable(of_fields) if len(name) > 1}

    @cached_property
    def _words(self) -> set[str]:
        """The folded words of headings and relationship names that are not ASCII."""
        tables = [
            table
            for words in import_words()
            for table in (*words.headings, *words.lists.values(), words.relationships)
        ]
        texts = chain.from_iterable(names for table in tables for names in table.values())
        return {fold(word) for text in texts for word in text.split() if not text.isascii()}

    def knows(self, word: str) -> bool:
        """Return whether a word occurs in headings or relationship names, or is a country."""
        return fold(word) in self._words or country_code(word, any_language=False) is not None

    def heading(self, rows: Sequence[Sequence[str]]) -> int:
        """Return the index of the header among a file's first rows.

        The header is the row with the most known headings, if it has more than one; else the first
        row that fills more than half as many cells as the widest row. The rows above it are titles,
        the date of the export, PowerShell's `#TYPE`, or headings of column groups. One known
        heading is not enough, because a title may be "Customers".
        """
        places = [place for place, row in enumerate(rows) if not is_type_line(row)]
        if not places:
            return 0
        named = {place: self._named(rows[place]) for place in places}
        best = max(places, key=lambda place: (named[place], -place))
        if named[best] > 1:
            return best
        widest = max(map(_filled, rows))
        return next((place for place in places if 2 * _filled(rows[place]) > widest), places[0])

    def _named(self, row: Sequence[str]) -> int:
        keys = {key(cell) for cell in row if cell.strip()}
        return len(keys & self._headings) if not any(guid(cell.strip()) for cell in row) else 0


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)
