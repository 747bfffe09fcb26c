"""Splits a typed filter into words, with their offsets, parts and quotes."""

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
"""Characters that no database stores, so that no row can contain them: NUL and surrogates."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a filter: an optional minus, an optional field with its operator, a value."""

    start: int
    end: int
    """The word is `text[start:end]`."""
    value_start: int
    """The start of the value, including its quote; `end` if there is no value."""
    value: str | None
    """The value without its quotes; None if there is no value."""
    field: str = ""
    operator: str = ""
    negated: bool = False
    quoted: bool = False
    closed: bool = True
    """False if an opening quote has no closing quote."""

    @property
    def is_or(self) -> bool:
        """Whether the word is the `or` between two alternatives."""
        bare = not (self.field or self.negated or self.quoted)
        return bare and (self.value or "").lower() == "or"


def words_of(text: str) -> Iterator[Word]:
    """Yield the words of a filter, whatever was typed.

    A word or a value that begins with `"` reaches to the next `"`; inside, `""` stands for one `"`.
    Anywhere else, a quote is an ordinary character.
    """
    end = 0
    while match := _WORD.match(text, end):
        if not match["whole"]:
            return
        end = match.end()
        value = match["value"]
        if match["quoted"] is not None:
            value = match["quoted"].replace('""', '"')
        yield Word(
            match.start("whole"), end, end if value is None else match.start("value"),
            None if value is None else _BROKEN.sub("\ufffd", value),
            match["field"] or "", match["operator"] or "", bool(match["minus"]),
            match["quoted"] is not None, match["quoted"] is None or bool(match["closed"]),
        )  # fmt: skip


def quoted(text: str) -> str:
    """Return `text` in quotes, as a word that means exactly this text."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def needs_quotes(value: str) -> bool:
    """Say whether `value` would mean something else after a field without quotes."""
    return not value or value.startswith('"') or any(char.isspace() for char in value)
