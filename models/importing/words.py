"""What files call the fields and relationships of a customer, as the folders of languages say."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache

from partnerdesk.models.core.typed import typed
from partnerdesk.models.languages import FOLDER, LANGUAGES


@dataclass(frozen=True, slots=True)
class ImportWords:
    """What an import understands of files in one language (`import.toml` in its folder)."""

    doubtful: tuple[str, ...]
    """Headings that mean the Microsoft ID only where GUIDs stand below."""
    line: str
    """The heading of the line number in a file of refused rows."""
    reason: str
    """The heading of the reason there."""
    headings: tuple[dict[str, tuple[str, ...]], ...]
    """Headings by field; those of each table are surer than those of the next one."""
    relationships: dict[str, tuple[str, ...]]
    """Words by relationship."""
    totals: tuple[str, ...] = ()
    """What a line of totals or a remark under a table begins with."""
    lists: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """Headings by field of the other lists: `delegated-admin`, `invitations`, `partners`."""
    values: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """Words for what a field of another list may hold, by the field and the value."""
    foreign: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Headings of lists that the book does not keep, by what such a list holds."""

    def tiers(self, kind: str) -> tuple[dict[str, tuple[str, ...]], ...]:
        """Return the headings of a list, the surest first."""
        own = self.lists.get(kind)
        return self.headings if own is None and kind == "customers" else (own or {},)


@cache
def import_words() -> tuple[ImportWords, ...]:
    """Return the words of all languages that have some."""
    files = [FOLDER / code / "import.toml" for code in LANGUAGES]
    return tuple(
        typed(ImportWords, tomllib.loads(file.read_text(encoding="utf-8")))
        for file in files
        if file.exists()
    )
