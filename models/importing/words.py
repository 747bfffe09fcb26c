"""The words of each language that occur in files: headings, relationships, other values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache

from partnerdesk.models.core.typed import typed
from partnerdesk.models.languages import FOLDER, LANGUAGES


@dataclass(frozen=True, slots=True)
class ImportWords:
    """The words that an import recognises in one language (`import.toml` in its folder)."""

    doubtful: tuple[str, ...]
    """Headings that mean the Microsoft ID only if their column contains GUIDs."""
    line: str
    """The heading of the line numbers in a file of refused rows."""
    reason: str
    """The heading of the reasons in a file of refused rows."""
    headings: tuple[dict[str, tuple[str, ...]], ...]
    """Headings of customers by field; the first table has the most certain headings."""
    relationships: dict[str, tuple[str, ...]]
    """Words for each relationship, by its stored value."""
    totals: tuple[str, ...] = ()
    """The beginnings of totals and remarks below a table."""
    lists: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """Headings of the other lists, by list (such as `delegated-admin`) and field."""
    values: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """Words for stored values of the other lists, by `list.field` and value."""
    foreign: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Headings of lists that the book does not store, by kind of list (`FOREIGN_TITLES`)."""

    def tiers(self, kind: str) -> tuple[dict[str, tuple[str, ...]], ...]:
        """Return the headings of a list by field, the most certain table first."""
        own = self.lists.get(kind)
        return self.headings if own is None and kind == "customers" else (own or {},)


@cache
def import_words() -> tuple[ImportWords, ...]:
    """Return the words of all languages that have an `import.toml`."""
    files = [FOLDER / code / "import.toml" for code in LANGUAGES]
    return tuple(
        typed(ImportWords, tomllib.loads(file.read_text(encoding="utf-8")))
        for file in files
        if file.exists()
    )
