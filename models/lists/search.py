"""Finds the rows of one query quickly, however many there are and however few of them fit.

Without a filter an index is walked. With one, several ways are tried, the cheapest first:

1. *A block*: the next rows of the whole list, in order, each looked at. Where many rows fit, the
   first of them are among those.
2. *Few*: all rows that fit, from the index of words or of a field, if they are at most `FEW`; then
   the whole answer is known.
3. *Many, but not here*: the list's order is walked in its index, and only what the index of words
   finds is read. Where they do not come soon, to sort all that it finds is quicker, half of them
   each in two threads, unless they are more than `WORTH_LOOKING_UP`.

Where somebody types on, no row stands before the first one of the filter before.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from partnerdesk.models.database.sql import Sql
from partnerdesk.models.lists.deep_paging import Places
from partnerdesk.models.lists.row_source import Opening
from partnerdesk.models.lists.trigrams import index_hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.database.reader import Reader
    from partnerdesk.models.lists.query import Position, Query
    from partnerdesk.models.lists.row_source import RowsRequest
    from partnerdesk.models.lists.spec import Row, RowKey
    from partnerdesk.models.lists.trigrams import IndexHint

FEW = 6_000
"""Rows that fit a filter which are held, sorted, as its whole answer."""
FIRST_BLOCK = 250
"""Rows of the whole list that are looked at in order before another way is tried."""
LARGE_BLOCK = 5_000
"""The same, where no index leads to those that fit, and they are not few."""
NOT_FAR = 50_000
"""Rows of the whole list that are walked over at most before those that fit are sorted."""
UNEVENLY = 6
"""So many times as far is walked as would do if those that fit stood evenly among the others."""
WORTH_LOOKING_UP = 40_000
"""Rows that an index of words finds which are counted and sorted, rather than all looked at."""


ANYWHERE = Sql("1 = 1")
"""Leads to every row."""


class Search:
    """The rows of one query. Not for two threads at a time, but for `count`."""

    def __init__(
        self, query: Query, helper: Reader | None = None, wider: Search | None = None
    ) -> None:
        """Begin a search.

        Args:
            query: which rows.
            helper: who reads beside, where there are two ways.
            wider: the search before, over the same state of the book, which may tell where not to
                look.
        """
        self.query = query
        self._helper = helper
        self._few: list[Position] | None = None
        """All positions in order, where they are few and known."""
        self._hint: IndexHint | None = None
        """Where an index of words says to look, once that was asked for."""
        self._walk: Query | None = None
        """The query to walk the order with, where no index of words leads anywhere."""
        self._hits = 0
        """How many rows it finds there, once they were counted."""
        self._has_learned = False
        self._seek: Query | None = None
        """The query to sort and to count with, where an index of words leads to not too many."""
        self.top: Position | None = None
        """A place that no row stands before, once that is known."""
        self._places = Places(query, unfiltered=not self._is_long)
        if wider is not None and self._narrows(wider.query):
            self.top = wider.top

    def _narrows(self, other: Query) -> bool:
        query = self.query
        same = replace(other, filter=query.filter, at=query.at)
        return query == same and query.filter.narrows(other.filter)

    @cached_property
    def _is_long(self) -> bool:
        """Whether it is worth while to try several ways."""
        return self.query.spec.word_index is not None and bool(self.query.filter.alternatives)

    # What is asked

    @property
    def is_known(self) -> bool:
        """Whether the whole answer is known, so that counting it takes no time."""
        return self._few is not None

    @property
    def looks_at_all(self) -> bool:
        """Whether counting looks at every row of the book, and better in parts."""
        text = self._is_long and self.query.filter.looks_at_text(self.query.spec)
        return text and self._seek is None

    def count(self, connection: Connection) -> int:
        """Return how many rows there are."""
        few = self._few
        if few is not None:
            return len(few)
        return (self._seek or self.query).count(connection)

    def opening(self, connection: Connection, request: RowsRequest) -> Opening:
        """Return the rows around the wished one, with their places as far as they are known."""
        position = self.query.position_of(connection, request.key) if request.key > 0 else None
        if request.text:
            position = self.query.first_position_at(request.text)
        if position is None and request.near is not None and request.near.sorted_by is not None:
            position = request.near.position
        opening = self._opened(connection, request, position)
        if opening.start == 0 and opening.rows:
            self.top = opening.rows[0].position
        return opening

    def _opened(
        self, connection: Connection, request: RowsRequest, position: Position | None
    ) -> Opening:
        look = partial(self._rows, connection, enough=request.enough)
        if position is None:
            rows, ended = look(None, request.before + request.after)
            return Opening(rows, 0, 0, len(rows) if ended else None)
        before, at_top = look(position, request.before, backward=True)
        after, at_end = look(position, request.after, including=True)
        if not after:  # nothing behind the place of a row that is gone: the last one, then
            before, at_top = look(position, request.before + request.after, backward=True)
        rows = before + after
        cursor = min(len(before), max(len(rows) - 1, 0))
        return Opening(
            rows, cursor, 0 if at_top else None, len(rows) if at_top and at_end else None
        )

    def place_of_row(self, connection: Connection, row: Row) -> int:
        """Return the place of a row that was read here."""
        return self._place(connection, row.position)

    def place_of_key(self, connection: Connection, key: RowKey) -> int | None:
        """Return the place of the row with `key`, or None where it is not in the list."""
        position = self.query.position_of(connection, key)
        return None if position is None else self._place(connection, position)

    def window(
        self,
        connection: Connection, start: int, length: int, total: int, held: Sequence[tuple[int, Row]]
    ) -> list[Row]:  # fmt: skip
        """Return at most `length` rows from place `start` on, walked to from the nearest side."""
        few = self._few
        if few is not None:
            return self.query.rows_at(connection, few[start : start + length])
        return self._places.window(connection, start, length, total, held)

    # How it is found

    def _place(self, connection: Connection, position: Position) -> int:
        if self._few is not None:
            behind = (one >= position for one in self._few)
            if self.query.sort.descending:
                behind = (one <= position for one in self._few)
            return next((place for place, is_ in enumerate(behind) if is_), len(self._few))
        return self.query.place_of_position(connection, position)

    def _rows(
        self, connection: Connection, position: Position | None, length: int, *,
        backward: bool = False, including: bool = False, enough: int = 0,
    ) -> tuple[list[Row], bool]:  # fmt: skip
        """Return at most `length` rows from a position on, and whether the list ends with them."""
        if not self._is_long:
            rows = self.query.rows_from(
                connection, position, length=length, backward=backward, including=including
            )
            return rows, len(rows) < length
        positions, ended = self._positions(
            connection, position, length, min(enough or length, length),
            backward=backward, including=including,
        )  # fmt: skip
        return self.query.rows_at(connection, positions[::-1] if backward else positions), ended

    def _positions(
        self, connection: Connection, position: Position | None, length: int, enough: int, *,
        backward: bool, including: bool,
    ) -> tuple[list[Position], bool]:  # fmt: skip
        """Return positions, the nearest to `position` first, and whether the list ends there."""
        if including and position is not None:
            position = self._just_before(position)
        if self.top is not None and not self._is_beyond(position, self.top):
            if backward and position is not None:
                return [], True
            position = self._just_before(self.top)
        if self._few is None:
            block, ended = self.query.fitting(
                connection, position, looked_at=FIRST_BLOCK, backward=backward
            )
            if ended or len(block) >= enough:
                return block[:length], ended and len(block) <= length
            if not self._has_learned:
                self._learn(connection)
        if self._few is not None:
            found = self._of_few(self._few, position, backward=backward)
            return found[:length], len(found) <= length
        found = self._walked(connection, position, enough, backward=backward)
        return found, len(found) < enough

    def _learn(self, connection: Connection) -> None:
        """Learn how the rows are found: hold them all, where they are few."""
        self._has_learned = True
        query, where = self.query, index_hint(self.query.filter, self.query.spec, connection)
        self._hint = where
        if where is None:
            if self.looks_at_all or query.count_to(connection, FEW + 1) <= FEW:
                self._hold_few(connection, query)
            return
        seek = replace(query, hint=where.holds(query.spec.key))
        if not where.is_quick:
            self._hold_few(connection, seek)
            return
        self._hits = where.count(connection, WORTH_LOOKING_UP)
        if self._hits <= WORTH_LOOKING_UP:
            self._seek = seek
        if self._hits <= FEW:
            self._hold_few(connection, seek)

    def _hold_few(self, connection: Connection, seek: Query) -> None:
        positions = seek.some_positions(connection, FEW + 1)
        if len(positions) <= FEW:
            self._few = sorted(positions, reverse=self.query.sort.descending)

    def _walked(
        self, connection: Connection, position: Position | None, length: int, *, backward: bool
    ) -> list[Position]:
        if self._hint is None:
            return self._walked_alone(connection, position, length, backward=backward)
        walk = partial(
            self.query.met, connection, position, self._hint, length=length, backward=backward
        )
        if self._seek is None:
            return walk()
        first, last = self.query.ends(connection)
        evenly = length * (last - first + 1) // max(self._hits, 1)
        found = walk(looked_at=min(max(UNEVENLY * evenly, LARGE_BLOCK), NOT_FAR))
        if len(found) == length:
            return found
        halves = self._hint.parts(first, (first + last) // 2, last + 1)
        sort = [
            partial(
                replace(self._seek, hint=half.holds(self.query.spec.key)).positions_from,
                position=position, length=length, backward=backward,
            )
            for half in halves
        ]  # fmt: skip
        if self._helper is None:
            found = [position for part in sort for position in part(connection)]
        else:
            with self._helper.beside(sort[0]) as answer:
                found = sort[1](connection) + answer.result()
        return sorted(found, reverse=self.query.sort.descending != backward)[:length]

    def _walked_alone(
        self, connection: Connection, position: Position | None, length: int, *, backward: bool
    ) -> list[Position]:
        if self.looks_at_all or not connection.merges:
            block, ended = self.query.fitting(
                connection, position, looked_at=LARGE_BLOCK, backward=backward
            )
            if ended or len(block) >= length:
                return block[:length]
        if not connection.merges:  # its planner finds the rows, and sorts them
            whole = replace(self.query, hint=ANYWHERE)
            return whole.positions_from(connection, position, length=length, backward=backward)
        if self._walk is None:
            # Of an account without rows the whole order would be walked for its first one.
            of = {one: replace(self.query, accounts=(one,)) for one in self.query.accounts}
            accounts = tuple(
                one for one, query in of.items()
                if self.looks_at_all or query.count_to(connection, 1)
            )  # fmt: skip
            self._walk = replace(self.query, in_order=True, accounts=accounts)
        return self._walk.positions_from(connection, position, length=length, backward=backward)

    def _just_before(self, position: Position) -> Position:
        return (position[0], position[1] + 1 if self.query.sort.descending else position[1] - 1)

    def _is_beyond(self, position: Position | None, other: Position) -> bool:
        if position is None:
            return False
        return position < other if self.query.sort.descending else position > other

    def _of_few(
        self, few: list[Position], position: Position | None, *, backward: bool
    ) -> list[Position]:
        nearest = few[::-1] if backward else few
        if position is None:
            return nearest
        upward = self.query.sort.descending == backward
        return [one for one in nearest if (one > position if upward else one < position)]
