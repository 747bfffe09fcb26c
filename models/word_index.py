"""What SQLite's index of words knows of a filter: a condition that finds its rows quickly.

The index holds every three letters in a row of a list's searchable text (FTS5, `trigram`). What it
finds is only where to look: the filter's own conditions still decide. Identifiers (GUIDs) are not
in it, since their letters would be two thirds of it; a word that may be a part of one is looked for
in their own index, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.lists import TAG_MARK, Kind
from models.plain import fold
from models.sql import Sql, joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.connection import Connection
    from models.filters import Filter, Term
    from models.lists import ListSpec, WordIndex

_GRAM = 3
"""Letters of an entry of the index."""
_MOST_GRAMS = 400
"""Entries that a word shorter than one may stand for."""
_OF_A_GUID = re.compile(r"^[0-9a-f-]{1,36}$")


@dataclass(frozen=True, slots=True)
class Lead:
    """Where the rows of a filter are to be looked for: all of them are there, and some others."""

    key: str
    rows: Sql
    """Selects the keys of these rows."""
    is_quick: bool
    """Whether the index of words alone says so."""

    def sought(self) -> Sql:
        """Return the condition with which a query begins with these rows."""
        return Sql(f"{self.key} IN ({self.rows.text})", self.rows.values)

    def looked_up(self) -> Sql:
        """Return the condition with which a row is looked up here when another order has it."""
        return Sql(f"+{self.key} IN ({self.rows.text})", self.rows.values)

    def count(self, connection: Connection, most: int) -> int:
        """Return how many rows there are, whatever else decides; at most `most` + 1."""
        counted = f"SELECT count(*) FROM ({self.rows.text} LIMIT ?) AS found"  # noqa: S608
        return int(connection.rows(counted, (*self.rows.values, most + 1))[0][0])


def lead(chosen: Filter, spec: ListSpec, connection: Connection) -> Lead | None:
    """Return where the rows of a filter are to be looked for.

    None where the list has no such index, or where it says nothing of one of the alternatives.
    """
    index = spec.word_index
    if index is None or not chosen.alternatives or not connection.has_table(index.table):
        return None
    matches: list[str] = []
    identifiers: list[str] = []
    for terms in chosen.alternatives:
        words = _words(terms, spec)
        sure = [text for text, plain in words if not (plain and _OF_A_GUID.match(text))]
        if identifier := _identifier(terms, spec):
            identifiers.append(identifier)
            continue
        if not sure and words:
            sure = [max((text for text, _plain in words), key=len)]
            identifiers.append(sure[0])
        match = _all_of(sure, index, connection)
        if not match:
            return None
        matches.append(match)
    found = f"SELECT rowid FROM {index.table} WHERE {index.table} MATCH ?"  # noqa: S608
    parts = [Sql(found, (" OR ".join(f"({match})" for match in matches),))] if matches else []
    parts += [Sql(f"SELECT {index.key} FROM {index.of} WHERE {index.identifier} LIKE ?",  # noqa: S608
                  (f"%{word}%",)) for word in identifiers]  # fmt: skip
    rows = joined(" UNION ALL ", parts)
    return Lead(spec.key, rows, is_quick=not identifiers)


def _words(terms: Iterable[Term], spec: ListSpec) -> list[tuple[str, bool]]:
    """Return the texts that must stand in the words of a row, and whether anywhere in them."""
    found: list[tuple[str, bool]] = []
    for term in terms:
        if term.negated or not term.text:
            continue
        if not term.field:
            found.append((term.text, True))
            continue
        column = spec.column(term.field)
        if column.kind is Kind.TAGS:
            found.append((f"\n{TAG_MARK}{fold(term.text.removeprefix(TAG_MARK))}", False))
        elif column.kind is Kind.TEXT and column.in_words:
            found.append((fold(term.text), False))
    return [(text, plain) for text, plain in found if text]


def _identifier(terms: Iterable[Term], spec: ListSpec) -> str:
    """Return a text that must stand in the GUID of a row; empty for any."""
    texts = [
        fold(term.text) for term in terms
        if term.text and not term.negated and term.field and spec.column(term.field).is_identifier
    ]  # fmt: skip
    return next((text for text in texts if _OF_A_GUID.match(text)), "")


def _all_of(words: list[str], index: WordIndex, connection: Connection) -> str:
    """Return the expression of the index for texts that must all be there; empty for anything."""
    parts = [_quoted(word) for word in words if len(word) >= _GRAM]
    if not parts:
        for word in sorted(words, key=len, reverse=True)[:1]:
            grams = _beginning_with(word, index, connection)
            if not grams:
                return ""
            parts.append(" OR ".join(_quoted(gram) for gram in grams))
    return " AND ".join(f"({part})" for part in parts)


def _beginning_with(word: str, index: WordIndex, connection: Connection) -> list[str]:
    """Return the entries of the index that begin with a short word; none where they are many."""
    grams = connection.rows(
        f"SELECT term FROM {index.vocabulary} WHERE term >= ? AND term < ? LIMIT ?",  # noqa: S608
        (word, word + "\U0010ffff", _MOST_GRAMS + 1),
    )
    if len(grams) > _MOST_GRAMS:
        return []
    return [row[0] for row in grams] or [word + "\n\n"]  # nothing begins so: nothing is found


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
