"""What files call the fields and relationships of a customer, as the folders of languages say."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
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


@cache
def import_words() -> tuple[ImportWords, ...]:
    """Return the words of all languages that have some."""
    files = [FOLDER / code / "import.toml" for code in LANGUAGES]
    return tuple(
        typed(ImportWords, tomllib.loads(file.read_text(encoding="utf-8")))
        for file in files
        if file.exists()
    )
