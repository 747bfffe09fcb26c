"""The words of a filter as they are typed: where each stands, what it says, how it is quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(
    r"""\s*(?P<whole>
        (?P<minus>-)?
        (?:(?P<field>[^\W\d]\w*)(?P<operator><=|>=|[:<>=]))?
        (?P<value>"(?P<quoted>(?:[^"]|"")*)(?P<closed>")?|\S+)?)""",
    re.VERBOSE,
)
_BROKEN = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps, and so no text in it can hold: NUL, and halves of characters."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a filter: an optional minus, an optional field with its operator, a value."""

    start: int
    end: int
    """Where it stands in the text: `text[start:end]`."""
    value_start: int
    """Where its value begins, with the quote; `end` where it has none."""
    value: str | None
    """What is looked for, without quotes; None where nothing stands there."""
    field: str = ""
    operator: str = ""
    negated: bool = False
    quoted: bool = False
    closed: bool = True
    """Whether the quote that was opened is closed."""

    @property
    def is_or(self) -> bool:
        """Whether it parts two alternatives."""
        bare = not (self.field or self.negated or self.quoted)
        return bare and (self.value or "").lower() == "or"


def words_of(text: str) -> Iterator[Word]:
    """Go through the words of a filter, whatever was typed.

    A word that begins with `"`, or whose value does, reaches to the next `"`; in it, `""` stands
    for one `"`. Anywhere else a quote is a character like any other.
    """
    place = 0
    while match := _WORD.match(text, place):
        if not match["whole"]:
            return
        place = match.end()
        value = match["value"]
        if match["quoted"] is not None:
            value = match["quoted"].replace('""', '"')
        yield Word(
            match.start("whole"), place, place if value is None else match.start("value"),
            None if value is None else _BROKEN.sub("\ufffd", value),
            match["field"] or "", match["operator"] or "", bool(match["minus"]),
            match["quoted"] is not None, match["quoted"] is None or bool(match["closed"]),
        )  # fmt: skip


def quoted(text: str) -> str:
    """Return `text` in quotes, as a word that means exactly this."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def needs_quotes(value: str) -> bool:
    """Say whether `value` means something else behind a field where it is not quoted."""
    return not value or value.startswith('"') or any(char.isspace() for char in value)
