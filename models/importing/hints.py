"""What is known of the files that are imported: words that stand in them, and their heading."""

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
    """What is known of the files that are imported (`models.sheets.Hints`)."""

    @cached_property
    def _headings(self) -> set[str]:
        return {name for kind in LISTS.values() for names in headings(kind).values()
                for name in names if len(name) > 1}  # fmt: skip

    @cached_property
    def _words(self) -> set[str]:
        """The words of headings that are not ASCII, and what relationships are called."""
        said = import_words()
        texts = chain(
            (name for words in said for tier in words.headings for names in tier.values()
             for name in names),
            (name for words in said for fields in words.lists.values() for names in fields.values()
             for name in names),
            (name for words in said for names in words.relationships.values() for name in names),
        )  # fmt: skip
        return {fold(word) for text in texts for word in text.split() if not text.isascii()}

    def knows(self, word: str) -> bool:
        """Say whether a word stands in headings, or is a country."""
        return fold(word) in self._words or country_code(word, any_language=False) is not None

    def heading(self, rows: Sequence[Sequence[str]]) -> int:
        """Return which row is the heading: the first that names most fields, else the first.

        Above it stand titles, the date of the export, PowerShell's `#TYPE` or groups of columns.
        A row that names one field only has to be as wide as what follows: a title may say
        "Customers".
        """
        places = [place for place, row in enumerate(rows) if not is_type_line(row)]
        if not places:
            return 0
        named = {place: self._named(rows[place]) for place in places}
        best = max(places, key=lambda place: (named[place], -place))
        if named[best] > 1:
            return best
        wide = max(map(_filled, rows))
        return next((place for place in places if 2 * _filled(rows[place]) > wide), places[0])

    def _named(self, row: Sequence[str]) -> int:
        keys = {key(cell) for cell in row if cell.strip()}
        return len(keys & self._headings) if not any(guid(cell.strip()) for cell in row) else 0


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)
