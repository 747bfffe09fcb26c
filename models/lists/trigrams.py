"""Asks the trigram index of SQLite for a condition that finds the rows of a filter quickly.

The index holds every three successive letters of a list's searchable text (FTS5, `trigram`). It
only says where to look: the conditions of the filter still decide. A word that may be a part of a
GUID (`models.values.identifiers`) is also searched in the index of GUIDs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.database.sql import Sql, joined
from partnerdesk.models.lists.spec import TAG_MARK, Kind
from partnerdesk.models.values.identifiers import LENGTH, is_anywhere, may_be_part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.lists.filter_parser import Filter
    from partnerdesk.models.lists.filter_term import Term
    from partnerdesk.models.lists.spec import ListSpec, RowKey, WordIndex

_GRAM = 3
"""Letters of a trigram, an entry of the index."""
_MOST_GRAMS = 400
"""Maximum trigrams that a shorter word may stand for."""


@dataclass(frozen=True, slots=True)
class IndexHint:
    """A set of rows that contains all rows of a filter, and some others."""

    arms: tuple[Sql, ...]
    """Each selects the keys of some of the rows; a key may occur in several."""
    is_quick: bool
    """Whether each arm is a lookup in an index; False if one scans all GUIDs."""

    def holds(self, key: str) -> Sql:
        """Return the condition that the row with a key (an SQL expression) is in the set."""
        rows = joined(" UNION ALL ", self.arms)
        return Sql(f"{key} IN ({rows.text})", rows.values)

    def parts(self, *bounds: RowKey) -> list[IndexHint]:
        """Return the set split by key: from each bound to the next, the next one excluded."""
        return [
            replace(
                self,
                arms=tuple(
                    Sql(f"{arm.text} AND rowid >= ? AND rowid < ?", (*arm.values, first, after))
                    for arm in self.arms
                ),
            )
            for first, after in pairwise(bounds)
        ]

    def count(self, connection: Connection, most: int) -> int:
        """Return how many keys the arms select, counting no further than `most` + 1."""
        rows = joined(" UNION ALL ", self.arms)
        counted = f"SELECT count(*) FROM ({rows.text} LIMIT ?) AS found"  # noqa: S608
        return int(connection.rows(counted, (*rows.values, most + 1))[0][0])


def index_hint(chosen: Filter, spec: ListSpec, connection: Connection) -> IndexHint | None:
    """Return a set of rows, from the index, that contains all rows of a filter.

    None if the list has no such index, or if the index knows nothing about an alternative.
    """
    index = spec.word_index
    # Only SQLite has this table; the planner of PostgreSQL uses its own index by itself.
    if index is None or not chosen.alternatives or not connection.has_table(index.vocabulary):
        return None
    matches: list[str] = []
    identifiers: list[Sql] = []
    is_quick = True
    for terms in chosen.alternatives:
        words = _words(terms, spec)
        sure = [text for text, plain in words if not (plain and may_be_part(text))]
        if identifier := _identifier(terms, spec):
            identifiers.append(_with_identifier(index, identifier, anywhere=True))
            is_quick &= len(identifier) == LENGTH
            continue
        if not sure and words:
            sure = [max((text for text, _plain in words), key=len)]
            identifiers.append(_with_identifier(index, sure[0], anywhere=is_anywhere(sure[0])))
            is_quick &= not is_anywhere(sure[0])
        match = _all_of(sure, index, connection)
        if not match:
            return None
        matches.append(match)
    found = f"SELECT rowid FROM {index.table} WHERE {index.table} MATCH ?"  # noqa: S608
    by_words = [Sql(found, (" OR ".join(f"({match})" for match in matches),))] if matches else []
    return IndexHint((*by_words, *identifiers), is_quick)


def _words(terms: Iterable[Term], spec: ListSpec) -> list[tuple[str, bool]]:
    """Return the texts that a row must contain, each with whether it is a plain word."""
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
    """Return a text that the GUID of a row must contain; empty if there is none."""
    texts = [
        fold(term.text)
        for term in terms
        if term.text and not term.negated and term.field and spec.column(term.field).is_identifier
    ]
    return next((text for text in texts if may_be_part(text)), "")


def _with_identifier(index: WordIndex, part: str, *, anywhere: bool) -> Sql:
    """Return the select of rows whose GUID has `part` anywhere, or else at its beginning."""
    select = f"SELECT {index.key} FROM {index.of} WHERE"  # noqa: S608
    if anywhere and len(part) < LENGTH:
        return Sql(f"{select} {index.identifier} LIKE ?", (f"%{part}%",))
    # The index of GUIDs begins with the account.
    scope = f"{index.scope} IN (SELECT id FROM partner_accounts)"  # noqa: S608
    between = f"{index.identifier} >= ? AND {index.identifier} < ?"
    return Sql(f"{select} {scope} AND {between}", (part, part + "g"))


def _all_of(words: list[str], index: WordIndex, connection: Connection) -> str:
    """Return the MATCH expression for rows with all words; empty if the index does not help."""
    parts = [_quoted(word) for word in words if len(word) >= _GRAM]
    if not parts:
        for word in sorted(words, key=len, reverse=True)[:1]:
            grams = _beginning_with(word, index, connection)
            if not grams:
                return ""
            parts.append(" OR ".join(_quoted(gram) for gram in grams))
    return " AND ".join(f"({part})" for part in parts)


def _beginning_with(word: str, index: WordIndex, connection: Connection) -> list[str]:
    """Return the trigrams that begin with a short word; an empty list if they are too many."""
    grams = connection.rows(
        f"SELECT term FROM {index.vocabulary} WHERE term >= ? AND term < ? LIMIT ?",  # noqa: S608
        (word, word + "\U0010ffff", _MOST_GRAMS + 1),
    )
    if len(grams) > _MOST_GRAMS:
        return []
    return [row[0] for row in grams] or [word + "\n\n"]  # an entry that matches nothing


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
